/** The table of noise schedules. To add one: a file here and a line below. */

import type { NoiseSchedule } from "../noise-schedule.ts";
import { cosine } from "./cosine.ts";
import { linear } from "./linear.ts";
import { scaledLinear } from "./scaled-linear.ts";

export { type CosineScheduleOptions, cosine } from "./cosine.ts";
export { type BetaScheduleOptions, linear } from "./linear.ts";
export { scaledLinear } from "./scaled-linear.ts";

/** Every noise schedule by name; a schedule carries the name under which it stands here. */
export const noiseSchedules = {
  linear,
  cosine,
  "scaled-linear": scaledLinear,
} as const satisfies Record<string, (options?: { readonly timesteps?: number }) => NoiseSchedule>;

/** Name of a noise schedule. */
export type NoiseScheduleName = keyof typeof noiseSchedules;
