import { type Placement, SIGMA_MAX } from "./levels.ts";
import type { Sampler } from "./sampler.ts";
import { straight } from "./straight.ts";
import { weightedSum } from "./weighted-sum.ts";

/**
 * Straight step, a second look from where it ended, and the mean of the two directions: `x' = x + (σ' − σ)(d + d')/2`,
 * `d = (x − x₀)/σ`.
 *
 * Put differently, the straight step moved by `(σ/σ' − 1)/2 · (x₀' − x₀)`. The last step, where σ' is 0, is straight.
 * No noise is put in on the way (Karras's "churn" is 0). Unless told otherwise the stops are dense where there is little noise.
 *
 * @see Karras et al., NeurIPS 2022, algorithm 1
 */
export function heun({ spacing = "karras", sigmaMax = SIGMA_MAX }: Partial<Placement> = {}): Sampler {
  return {
    name: "heun",
    placement: { spacing, sigmaMax },
    order: 2,
    evaluations: (steps) => 2 * steps - 1,
    begin:
      () =>
      async (noisy, from, to, { denoise }) => {
        const x0 = await denoise(noisy, from);
        const share = straight(from, to);
        const guess = weightedSum([share.noisy, noisy], [share.clean, x0]);
        if (to.sigma === 0) return guess;
        const secondX0 = await denoise(guess, to);
        const correction = ((from.sigma / to.sigma - 1) / 2) * to.signal;
        return weightedSum([1, guess], [correction, secondX0], [-correction, x0]);
      },
  };
}
