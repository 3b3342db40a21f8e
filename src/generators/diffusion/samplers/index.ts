/** The table of samplers. To add one: a file here and a line below. */

import { ddim } from "./ddim.ts";
import { ddpm } from "./ddpm.ts";
import { dpmSolver2m } from "./dpm-solver-2m.ts";
import { euler } from "./euler.ts";
import { eulerAncestral } from "./euler-ancestral.ts";
import { heun } from "./heun.ts";
import type { Placement } from "./levels.ts";
import type { Sampler } from "./sampler.ts";

export { type DdimOptions, ddim } from "./ddim.ts";
export { type DdpmOptions, ddpm } from "./ddpm.ts";
export { dpmSolver2m } from "./dpm-solver-2m.ts";
export { euler } from "./euler.ts";
export { eulerAncestral } from "./euler-ancestral.ts";
export { heun } from "./heun.ts";
export { noiseLevels, type Placement, type Spacing } from "./levels.ts";
export type { Sampler, SamplerStep, StepTools } from "./sampler.ts";

/** Every sampler by name; a sampler carries the name under which it stands here. */
export const samplers = {
  ddpm,
  ddim,
  euler,
  "euler-ancestral": eulerAncestral,
  heun,
  "dpm-solver-2m": dpmSolver2m,
} as const satisfies Record<string, (options?: Partial<Placement>) => Sampler>;

/** Name of a sampler. */
export type SamplerName = keyof typeof samplers;
