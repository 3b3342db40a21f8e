import type { Value } from "../../engine/graph.ts";
import { normalInit } from "../../engine/initializers.ts";
import { add, detach, div, matMul, mul, reshape, sqrt, square, sum, transpose } from "../../engine/ops/index.ts";
import type { Scope } from "../scope.ts";

// One power iteration per graph, however often a discriminator is applied in it: the same weight gives the same bounded weight.
const bounded = new WeakMap<Value, Value>();

/** Vector of length one; the small number keeps a zero vector zero. */
function unit(vector: Value): Value {
  const length = sqrt(sum(square(vector), { axes: [0, 1], keepDims: true }));
  return div(vector, add(length, vector.graph.constant(1e-12)));
}

/**
 * Convolution weight divided by an estimate of its largest singular value as a matrix `[channels, C K²]`.
 *
 * The estimate takes one power iteration per training step from the state `u`; the gradient sees the singular vectors as constants.
 *
 * @see Miyato et al., "Spectral normalization for generative adversarial networks", ICLR 2018, algorithm 1
 */
export function boundedWeight(scope: Scope, weight: Value): Value {
  const known = bounded.get(weight);
  if (known) return known;
  const channels = weight.shape[0]!;
  const matrix = reshape(weight, [channels, -1]); // [channels, C K²]
  const fixed = detach(matrix);
  const u = scope.state("u", [channels, 1], normalInit(1));
  const v = detach(unit(matMul(transpose(fixed, [1, 0]), u))); // [C K², 1]
  const nextU = detach(unit(matMul(fixed, v))); // [channels, 1]
  scope.graph.assign(u, nextU);
  const largest = sum(mul(nextU, matMul(matrix, v)), { axes: [0, 1], keepDims: false });
  const result = div(weight, largest);
  bounded.set(weight, result);
  return result;
}
