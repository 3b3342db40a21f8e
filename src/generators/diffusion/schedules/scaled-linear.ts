import { type NoiseSchedule, scheduleOfBetas } from "../noise-schedule.ts";
import type { BetaScheduleOptions } from "./linear.ts";

/**
 * √β rises in a straight line: less noise at the end than {@link linear}.
 *
 * @throws {@link DataError} when so few timesteps are asked for that β reaches 1
 * @see Rombach et al., "High-resolution image synthesis with latent diffusion models", CVPR 2022; the numbers are
 *   Stable Diffusion's
 */
export function scaledLinear(options: BetaScheduleOptions = {}): NoiseSchedule {
  const { timesteps = 1000, betaStart = 0.00085, betaEnd = 0.012, referenceTimesteps = 1000 } = options;
  const scale = referenceTimesteps / timesteps;
  const start = Math.sqrt(betaStart);
  const slope = (Math.sqrt(betaEnd) - start) / Math.max(1, timesteps - 1);
  return scheduleOfBetas(
    "scaled-linear",
    Float64Array.from({ length: timesteps }, (_, t) => scale * (start + slope * t) ** 2),
  );
}
