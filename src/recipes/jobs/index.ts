import type { WorkOptions } from "../../core/progress.ts";
import type { Job } from "../plan.ts";
import type { RunFolder } from "../run-folder.ts";
import { type JobContext, readContext } from "./context.ts";
import { fitCycleGanJob } from "./fit-cyclegan.ts";
import { fitSegmenterJob } from "./fit-segmenter.ts";
import { generateJob } from "./generate.ts";
import { scoreJob } from "./score.ts";
import { simulateJob } from "./simulate.ts";

/** Work by kind: each is a function of the run folder and the job alone. */
export const jobKinds = {
  simulate: simulateJob,
  "fit-segmenter": fitSegmenterJob,
  "fit-cyclegan": fitCycleGanJob,
  generate: generateJob,
  score: scoreJob,
} as const satisfies Record<Job["kind"], (context: JobContext, job: Job, options: WorkOptions) => Promise<unknown>>;

/** Result of a job, as plain data for `checkpoints/ID.json`. */
export async function runJob(folder: RunFolder, job: Job, options: WorkOptions): Promise<unknown> {
  return jobKinds[job.kind](await readContext(folder), job, options);
}
