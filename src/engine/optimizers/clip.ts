/** Limits on gradients before an optimizer sees them, so that one bad batch cannot throw a training off. */

import type { Value } from "../graph.ts";
import { add } from "../ops/add.ts";
import { clamp } from "../ops/clamp.ts";
import { div } from "../ops/div.ts";
import { minimum } from "../ops/max.ts";
import { mul } from "../ops/mul.ts";
import { sqrt } from "../ops/sqrt.ts";
import { square } from "../ops/square.ts";
import { sum } from "../ops/sum.ts";

/**
 * All gradients shortened by one factor where their common length exceeds a limit: the direction stays.
 *
 * @returns the gradients, and their length √(Σ g²) before, a scalar worth watching
 * @see Pascanu, Mikolov & Bengio, "On the difficulty of training recurrent neural networks", ICML 2013
 */
export function clipByGlobalNorm(
  gradients: readonly Value[],
  limit: number,
): { readonly gradients: Value[]; readonly norm: Value } {
  const norm = sqrt(gradients.map((gradient) => sum(square(gradient))).reduce((a, b) => add(a, b)));
  const factor = minimum(div(limit, add(norm, 1e-6)), 1); // as in PyTorch, 1e-6 included
  return { gradients: gradients.map((gradient) => mul(gradient, factor)), norm };
}

/** Every number of every gradient kept within ±limit. */
export function clipByValue(gradients: readonly Value[], limit: number): Value[] {
  return gradients.map((gradient) => clamp(gradient, { min: -limit, max: limit }));
}
