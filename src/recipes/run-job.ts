import type { WorkOptions } from "../core/progress.ts";
import type { Job } from "./job.ts";
import { kindOf } from "./kinds.ts";
import type { RunInputs } from "./recipe-kind.ts";
import type { RunFolder } from "./run-folder.ts";

/** Result of a job, as plain data for `checkpoints/ID.json`. */
export async function runJob(folder: RunFolder, job: Job, options: WorkOptions): Promise<unknown> {
  const inputs = (await folder.readJson<RunInputs>("inputs.json"))!;
  return kindOf(inputs.recipe).work({ folder, ...inputs }, job, options);
}
