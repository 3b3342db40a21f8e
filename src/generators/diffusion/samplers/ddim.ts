import { type Placement, SIGMA_MAX } from "./levels.ts";
import type { Sampler } from "./sampler.ts";
import { weightedSum } from "./weighted-sum.ts";

/** Settings of {@link ddim}. */
export interface DdimOptions extends Partial<Placement> {
  /**
   * Share of new noise: 0 none, so that the start alone decides about the image; 1 as much as DDPM with its small
   * variance.
   */
  readonly eta?: number;
}

/**
 * Steps that go on with the noise that was predicted instead of drawing new one.
 *
 * `x' = √ᾱ' x₀ + √(1 − ᾱ' − s²) ε + s · z`, `s² = η² (1 − ᾱ')/(1 − ᾱ) · (1 − ᾱ/ᾱ')`; ε is what x lacks to x₀, also
 * where x₀ was clipped.
 *
 * @see Song, Meng & Ermon, "Denoising diffusion implicit models", ICLR 2021, eqs. 12 and 16
 */
export function ddim({ eta = 0, spacing = "trailing", sigmaMax = SIGMA_MAX }: DdimOptions = {}): Sampler {
  return {
    name: "ddim",
    placement: { spacing, sigmaMax },
    order: eta === 0 ? 1 : null,
    evaluations: (steps) => steps,
    begin:
      () =>
      async (noisy, from, to, { denoise, noise }) => {
        const x0 = await denoise(noisy, from);
        const added = eta * (to.noise / from.noise) * Math.sqrt(1 - (from.signal / to.signal) ** 2);
        const kept = Math.sqrt(to.noise ** 2 - added ** 2) / from.noise; // ε = (x − √ᾱ x₀) / √(1 − ᾱ)
        const ofClean = to.signal - kept * from.signal;
        if (added === 0) return weightedSum([ofClean, x0], [kept, noisy]);
        return weightedSum([ofClean, x0], [kept, noisy], [added, noise()]);
      },
  };
}
