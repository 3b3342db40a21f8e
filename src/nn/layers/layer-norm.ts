import type { Value } from "../../engine/graph.ts";
import { onesInit, zerosInit } from "../../engine/initializers.ts";
import { layerNorm as layerNormOp } from "../../engine/ops/index.ts";
import type { Scope } from "../scope.ts";

/** Layer normalisation over the last axis with trainable `scale` and `offset` `[D]`; keeps the shape `[..., D]`. */
export function layerNorm(scope: Scope, x: Value, { epsilon = 1e-5 }: { readonly epsilon?: number } = {}): Value {
  const features = x.shape.at(-1)!;
  const scale = scope.parameter("scale", [features], onesInit);
  return layerNormOp(x, { scale, offset: scope.parameter("offset", [features], zerosInit), epsilon });
}
