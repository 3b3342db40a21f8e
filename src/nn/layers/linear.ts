import type { Value } from "../../engine/graph.ts";
import { type Initializer, zerosInit } from "../../engine/initializers.ts";
import { add, matMul, transpose } from "../../engine/ops/index.ts";
import { convInit } from "../initializers.ts";
import type { Scope } from "../scope.ts";

/** How a linear layer is made. */
export interface LinearOptions {
  /** Numbers that come out. */
  readonly features: number;
  readonly bias?: boolean;
  readonly initializer?: Initializer;
}

/** Matrix product with trainable `weight` `[features, D]` plus `bias` `[features]`: `[..., D]` to `[..., features]`, at least two axes. */
export function linear(
  scope: Scope,
  x: Value,
  { features, bias = true, initializer = convInit }: LinearOptions,
): Value {
  const weight = scope.parameter("weight", [features, x.shape.at(-1)!], initializer);
  const y = matMul(x, transpose(weight));
  return bias ? add(y, scope.parameter("bias", [features], zerosInit)) : y;
}
