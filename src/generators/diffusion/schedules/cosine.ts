import { type NoiseSchedule, scheduleOfBetas } from "../noise-schedule.ts";

/** Settings of {@link cosine}. */
export interface CosineScheduleOptions {
  /** T, how many steps the noise is added in. */
  readonly timesteps?: number;
  /** s: keeps β from being tiny at the first steps. */
  readonly offset?: number;
  /** Largest β, without which the last steps would remove everything at once. */
  readonly betaMax?: number;
}

/**
 * ᾱ falls like a squared cosine: `ᾱ(t) = f(t) / f(0)`, `f(t) = cos²((t/T + s) / (1 + s) · π/2)`, with β kept at most
 * `betaMax`.
 *
 * @see Nichol & Dhariwal, "Improved denoising diffusion probabilistic models", ICML 2021, eq. 17
 */
export function cosine(options: CosineScheduleOptions = {}): NoiseSchedule {
  const { timesteps = 1000, offset = 0.008, betaMax = 0.999 } = options;
  const f = (t: number) => Math.cos(((t / timesteps + offset) / (1 + offset)) * (Math.PI / 2)) ** 2;
  return scheduleOfBetas(
    "cosine",
    Float64Array.from({ length: timesteps }, (_, t) => Math.min(betaMax, 1 - f(t + 1) / f(t))),
  );
}
