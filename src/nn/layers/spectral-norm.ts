import type { Value } from "../../engine/graph.ts";
import { normalInit } from "../../engine/initializers.ts";
import { add, detach, div, matMul, mul, reshape, sqrt, square, sum, transpose } from "../../engine/ops/index.ts";
import type { Scope } from "../scope.ts";

/** Vector of length one; the small number keeps a zero vector zero. */
function unit(vector: Value): Value {
  return div(vector, add(sqrt(sum(square(vector))), 1e-12));
}

/**
 * Convolution weight divided by an estimate of its largest singular value as a matrix `[channels, C K²]`.
 *
 * The estimate takes one power iteration per training step from the state `u`, however often the layer is applied in that step; the
 * gradient sees the singular vectors as constants.
 *
 * @see Miyato et al., "Spectral normalization for generative adversarial networks", ICLR 2018, algorithm 1
 */
export function boundedWeight(scope: Scope, weight: Value): Value {
  const channels = weight.shape[0]!;
  const matrix = reshape(weight, [channels, -1]); // [channels, C K²]
  const fixed = detach(matrix);
  const u = scope.state("u", [channels, 1], normalInit(1));
  const v = detach(unit(matMul(transpose(fixed), u))); // [C K², 1]
  const nextU = detach(unit(matMul(fixed, v))); // [channels, 1]
  const { assignments } = scope.graph;
  if (!assignments.has(u)) scope.graph.assign(u, nextU);
  return div(weight, sum(mul(nextU, matMul(matrix, v))));
}
