import { RecipeError } from "../../core/errors.ts";
import type { NoiseSchedule } from "./noise-schedule.ts";

/** How noisy an image is: `noisy = signal · image + noise · ε` with `signal² + noise² = 1` and ε of variance 1. */
export interface NoiseLevel {
  /** 0…T−1, not necessarily an integer; −1 for the clean image. */
  readonly timestep: number;
  /** √ᾱ */
  readonly signal: number;
  /** √(1 − ᾱ) */
  readonly noise: number;
  /** Standard deviation of the noise where the image is not scaled, `noise / signal`. */
  readonly sigma: number;
}

/** Where every sampler ends: no noise. */
export const cleanLevel: NoiseLevel = { timestep: -1, signal: 1, noise: 0, sigma: 0 };

/** σ = √((1 − ᾱ) / ᾱ) at an integer timestep. */
function sigmaAt({ alphaBar }: NoiseSchedule, timestep: number): number {
  return Math.sqrt((1 - alphaBar[timestep]!) / alphaBar[timestep]!);
}

/**
 * Level at a timestep; between two integers, log σ goes in a straight line, as in k-diffusion.
 *
 * @throws {@link RecipeError} when the timestep is not within 0…T−1
 */
export function noiseLevel(schedule: NoiseSchedule, timestep: number): NoiseLevel {
  const last = schedule.alphaBar.length - 1;
  if (!(timestep >= 0 && timestep <= last))
    throw new RecipeError({
      where: `noise schedule "${schedule.name}"`,
      expected: `a timestep from 0 to ${last}`,
      received: `${timestep}`,
    });
  const before = Math.floor(timestep);
  const way = timestep - before;
  const from = sigmaAt(schedule, before);
  const sigma = way === 0 ? from : from ** (1 - way) * sigmaAt(schedule, before + 1) ** way;
  const signal = 1 / Math.sqrt(1 + sigma * sigma);
  return { timestep, signal, noise: sigma * signal, sigma };
}

/** Level of a given σ: the inverse of {@link noiseLevel}; σ outside the schedule is moved to its nearest end. */
export function noiseLevelOf(schedule: NoiseSchedule, sigma: number): NoiseLevel {
  const last = schedule.alphaBar.length - 1;
  let low = 0;
  let high = last;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (sigmaAt(schedule, middle) <= sigma) low = middle;
    else high = middle;
  }
  const [below, above] = [sigmaAt(schedule, low), sigmaAt(schedule, high)];
  const way = below === above ? 0 : Math.log(sigma / below) / Math.log(above / below);
  return noiseLevel(schedule, Math.min(last, low + Math.min(1, Math.max(0, way))));
}
