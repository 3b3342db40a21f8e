import { readFileSync } from "node:fs";
import type { Tensor } from "../../src/core/tensor.ts";
import type { Denoiser, Prediction } from "../../src/generators/diffusion/denoiser.ts";
import { noiseLevel } from "../../src/generators/diffusion/noise-level.ts";
import type { NoiseSchedule } from "../../src/generators/diffusion/noise-schedule.ts";

/** What `fixtures/diffusion-samplers/make.py` has written, by name. */
export function fixture<T>(name: string): T {
  return JSON.parse(
    readFileSync(new URL(`../../fixtures/diffusion-samplers/${name}.json`, import.meta.url), "utf8"),
  ) as T;
}

/**
 * A denoiser that sees `clean(x, timestep, sigma)` in each noisy number x and says so in the words of the prediction,
 * by the book.
 */
export function madeUpDenoiser(
  schedule: NoiseSchedule,
  prediction: Prediction,
  clean: (noisy: number, timestep: number, signal: number, noise: number) => number,
): Denoiser {
  return {
    schedule,
    prediction,
    async predict(noisy: Tensor, timestep: number) {
      const { signal, noise } = noiseLevel(schedule, timestep);
      const data = noisy.data.map((x) => {
        const x0 = clean(x, timestep, signal, noise);
        const eps = (x - signal * x0) / noise;
        return { x0, epsilon: eps, velocity: signal * eps - noise * x0 }[prediction];
      });
      return { data, shape: noisy.shape };
    },
  };
}
