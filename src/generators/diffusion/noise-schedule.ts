import { DataError } from "../../core/errors.ts";

/**
 * How fast an image drowns in noise: a noisy image at timestep t is `√ᾱ[t] · image + √(1 − ᾱ[t]) · noise`.
 *
 * @see Ho, Jain & Abbeel, "Denoising diffusion probabilistic models", NeurIPS 2020, eq. 4
 */
export interface NoiseSchedule {
  readonly name: string;
  /** ᾱ, the share of the image's variance that is left, for timesteps 0…T−1: falls from nearly 1 to nearly 0. */
  readonly alphaBar: Float64Array;
}

/**
 * Schedule that adds noise of variance β[t] at step t: `ᾱ[t] = ∏ (1 − β[s])` over s ≤ t.
 *
 * @param betas variances, `[T]`
 * @throws {@link DataError} when a β is not between 0 and 1
 */
export function scheduleOfBetas(name: string, betas: Float64Array): NoiseSchedule {
  const alphaBar = new Float64Array(betas.length);
  let product = 1;
  betas.forEach((beta, t) => {
    if (!(beta > 0 && beta < 1))
      throw new DataError({
        where: `noise schedule "${name}"`,
        expected: "variances β above 0 and below 1",
        received: `${beta} at timestep ${t} of ${betas.length}`,
        fix: "Use more timesteps, or a smaller betaEnd.",
      });
    product *= 1 - beta;
    alphaBar[t] = product;
  });
  return { name, alphaBar };
}
