import type { JobKind } from "../../recipe-kind.ts";
import type { SegmentJobKind } from "../plan.ts";
import type { SegmentInputs } from "./context.ts";
import { fitCycleGanJob } from "./fit-cyclegan.ts";
import { fitSegmenterJob } from "./fit-segmenter.ts";
import { generateJob } from "./generate.ts";
import { scoreJob } from "./score.ts";
import { simulateJob } from "./simulate.ts";

/** Work by kind: each is a function of the run folder and the job alone. */
export const segmentJobs = {
  simulate: simulateJob,
  "fit-segmenter": fitSegmenterJob,
  "fit-cyclegan": fitCycleGanJob,
  generate: generateJob,
  score: scoreJob,
} as const satisfies Record<SegmentJobKind, JobKind<SegmentInputs>>;
