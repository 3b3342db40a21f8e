import type { Prediction } from "./denoiser.ts";
import type { NoiseSchedule } from "./noise-schedule.ts";

/** Weight of the squared error at each timestep, `[T]`, where a network's error is measured in what it predicts. */
export type LossWeighting = (schedule: NoiseSchedule, prediction: Prediction) => Float64Array;

/**
 * Every timestep counts the same.
 *
 * @see Ho, Jain & Abbeel, NeurIPS 2020, eq. 14
 */
export function simple({ alphaBar }: NoiseSchedule): Float64Array {
  return new Float64Array(alphaBar.length).fill(1);
}

/** How much an error of x₀ grows when it is said as another prediction, squared; SNR is ᾱ / (1 − ᾱ). */
const growth: Readonly<Record<Prediction, (snr: number) => number>> = {
  epsilon: (snr) => snr,
  x0: () => 1,
  velocity: (snr) => snr + 1,
};

/**
 * Errors of x₀ count as the signal-to-noise ratio, but at most `gamma`: `min(SNR, γ)` for x₀, `min(SNR, γ) / SNR` for ε
 * and `min(SNR, γ) / (SNR + 1)` for the velocity.
 *
 * Steps with little noise, where the ratio is huge, no longer pull against the others; training needs fewer steps.
 *
 * @see Hang et al., "Efficient diffusion training via min-SNR weighting strategy", ICCV 2023, section 3.4
 */
export function minSnr(schedule: NoiseSchedule, prediction: Prediction, { gamma = 5 } = {}): Float64Array {
  return schedule.alphaBar.map((alphaBar) => {
    const snr = alphaBar / (1 - alphaBar);
    return Math.min(snr, gamma) / growth[prediction](snr);
  });
}

/** Every weighting by name. */
export const lossWeightings = { simple, "min-snr": minSnr } as const satisfies Record<string, LossWeighting>;

/** Name of a weighting. */
export type LossWeightingName = keyof typeof lossWeightings;
