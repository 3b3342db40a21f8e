import type { NoiseSchedule } from "./noise-schedule.ts";
import { noiseLevels, type Sampler } from "./samplers/index.ts";

/** What is sampled, and what of it is looked at. */
export interface KeptContrastOptions {
  readonly schedule: NoiseSchedule;
  readonly steps: number;
  /** Standard deviation of the detail, on the network's −1…1 scale. */
  readonly detail: number;
}

/**
 * Share of the contrast of some detail that a sampler leaves in an image: 1 is all of it, 0.7 is half of its power. No network can mend what is lost here.
 *
 * For detail whose every pixel is normal with standard deviation s, the best guess at the clean pixel is known, `s² / (s² + σ²) · x / signal`. With it
 * every step is linear in what it starts from and in the noise it adds. The answers to single unit noises, one per step and one for the start, are
 * then all there is to know: the variance of the result is the sum of their squares. Real images are not normal, and networks not the best; what a
 * sampler loses is lost in both.
 *
 * @see Ho, Jain & Abbeel, NeurIPS 2020, section 3.2: the variance of a step is the least possible one, right only where the clean image is known
 * @throws {@link RecipeError} when there are more steps than timesteps
 */
export async function keptContrast(
  sampler: Sampler,
  { schedule, steps, detail }: KeptContrastOptions,
): Promise<number> {
  const levels = noiseLevels(schedule, steps, sampler.placement);
  const unit = (place: number) => new Float32Array(steps + 1).fill(1, place, place + 1);
  const step = sampler.begin();
  let answers: Float32Array = unit(steps); // to the noise of each step, and last to that of the start
  for (let index = 0; index < steps; index++)
    answers = await step(answers, levels[index]!, levels[index + 1]!, {
      denoise: async (noisy, { signal, sigma }) =>
        noisy.map((x) => (detail ** 2 / (detail ** 2 + sigma ** 2)) * (x / signal)),
      noise: () => unit(index),
    });
  return Math.hypot(...answers) / detail;
}
