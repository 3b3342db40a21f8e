import type { JobKind } from "../../recipe-kind.ts";
import type { SuperResolveJobKind } from "../plan.ts";
import type { SuperResolveInputs } from "./context.ts";
import { fitDiffusionJob } from "./fit-diffusion.ts";
import { fitSuperResolverJob } from "./fit-super-resolver.ts";
import { generateJob } from "./generate.ts";
import { scoreJob } from "./score.ts";
import { simulateJob } from "./simulate.ts";

/** Work by kind: each is a function of the run folder and the job alone. */
export const superResolveJobs = {
  "fit-diffusion": fitDiffusionJob,
  simulate: simulateJob,
  generate: generateJob,
  "fit-super-resolver": fitSuperResolverJob,
  score: scoreJob,
} as const satisfies Record<SuperResolveJobKind, JobKind<SuperResolveInputs>>;
