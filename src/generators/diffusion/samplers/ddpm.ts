import type { Placement } from "./levels.ts";
import type { Sampler } from "./sampler.ts";
import { weightedSum } from "./weighted-sum.ts";

/** Settings of {@link ddpm}. */
export interface DdpmOptions extends Partial<Placement> {
  /**
   * Variance of the noise that a step adds: the smallest possible (β̃, right for one single image) or the largest (β,
   * right for pure noise).
   */
  readonly variance?: "small" | "large";
}

/**
 * The original sampler: each step draws from `q(x[t−1] | x[t], x₀)` with the predicted x₀.
 *
 * `x' = (√ᾱ' β x₀ + √α (1 − ᾱ') x) / (1 − ᾱ) + s · z`, `α = ᾱ/ᾱ'`, `β = 1 − α`, `s² = β` or `β (1 − ᾱ') / (1 − ᾱ)`.
 * With fewer steps than timesteps, ᾱ' is that of the next stop.
 *
 * @see Ho, Jain & Abbeel, NeurIPS 2020, eq. 7 and section 3.2; Nichol & Dhariwal, ICML 2021, section 4
 */
export function ddpm({ variance = "small", spacing = "linspace", sigmaMax = Infinity }: DdpmOptions = {}): Sampler {
  return {
    name: "ddpm",
    placement: { spacing, sigmaMax },
    order: null,
    evaluations: (steps) => steps,
    begin:
      () =>
      async (noisy, from, to, { denoise, noise }) => {
        const x0 = await denoise(noisy, from);
        const alpha = (from.signal / to.signal) ** 2;
        const beta = 1 - alpha;
        const [noiseLeft, noiseBefore] = [to.noise ** 2, from.noise ** 2]; // 1 − ᾱ', 1 − ᾱ
        const ofClean = (to.signal * beta) / noiseBefore;
        const ofNoisy = (Math.sqrt(alpha) * noiseLeft) / noiseBefore;
        if (to.noise === 0) return weightedSum([ofClean, x0], [ofNoisy, noisy]); // nobody wants noise in the result
        const added = Math.sqrt(variance === "large" ? beta : (beta * noiseLeft) / noiseBefore);
        return weightedSum([ofClean, x0], [ofNoisy, noisy], [added, noise()]);
      },
  };
}
