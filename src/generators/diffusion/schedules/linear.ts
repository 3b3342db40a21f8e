import { type NoiseSchedule, scheduleOfBetas } from "../noise-schedule.ts";

/** Settings of schedules whose β rises between two ends. */
export interface BetaScheduleOptions {
  /** T, how many steps the noise is added in. */
  readonly timesteps?: number;
  /** β of the first and of the last step, for `referenceTimesteps` steps. */
  readonly betaStart?: number;
  readonly betaEnd?: number;
  /**
   * Number of steps that the two β are meant for. With T steps they become `β · referenceTimesteps / T`, so that about
   * the same noise is added in total; set it to `timesteps` to take them as they are.
   */
  readonly referenceTimesteps?: number;
}

/**
 * β rises in a straight line.
 *
 * @throws {@link DataError} when so few timesteps are asked for that β reaches 1
 * @see Ho, Jain & Abbeel, NeurIPS 2020, section 4; scaled by 1000 / T as in Nichol & Dhariwal's improved-diffusion,
 *   `get_named_beta_schedule`
 */
export function linear(options: BetaScheduleOptions = {}): NoiseSchedule {
  const { timesteps = 1000, betaStart = 1e-4, betaEnd = 0.02, referenceTimesteps = 1000 } = options;
  const scale = referenceTimesteps / timesteps;
  const slope = (betaEnd - betaStart) / Math.max(1, timesteps - 1);
  return scheduleOfBetas(
    "linear",
    Float64Array.from({ length: timesteps }, (_, t) => scale * (betaStart + slope * t)),
  );
}
