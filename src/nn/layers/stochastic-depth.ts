import type { Value } from "../../engine/graph.ts";
import { mul } from "../../engine/ops/index.ts";
import type { Scope } from "../scope.ts";
import { type DropoutOptions, dropout } from "./dropout.ts";

/**
 * In training the branch of a residual block is dropped, image by image, and strengthened where it is not; nothing in inference.
 *
 * @param x `[N, C, H, W]`, before it is added
 * @see Huang et al., "Deep networks with stochastic depth", ECCV 2016
 */
export function stochasticDepth(scope: Scope, x: Value, { rate, mode }: DropoutOptions): Value {
  if (mode === "inference" || rate === 0) return x;
  return mul(x, dropout(scope, x.graph.constant(1, [x.shape[0]!, 1, 1, 1]), { rate, mode })); // one number per image
}
