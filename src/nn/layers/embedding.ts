import type { Value } from "../../engine/graph.ts";
import { type Initializer, normalInit } from "../../engine/initializers.ts";
import { gather } from "../../engine/ops/index.ts";
import type { Scope } from "../scope.ts";

/** How an embedding is made. */
export interface EmbeddingOptions {
  /** How many things there are to tell apart. */
  readonly count: number;
  /** Numbers that stand for each. */
  readonly features: number;
  readonly initializer?: Initializer;
}

/** One trainable vector per thing, `weight` `[count, features]`, looked up by int32 indices `[...]`: `[..., features]`. */
export function embedding(
  scope: Scope,
  indices: Value,
  { count, features, initializer = normalInit(1) }: EmbeddingOptions,
): Value {
  return gather(scope.parameter("weight", [count, features], initializer), indices);
}
