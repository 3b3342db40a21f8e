import { RecipeError } from "../core/errors.ts";
import type { WorkOptions } from "../core/progress.ts";
import type { BaseRecipe } from "./base-recipe.ts";
import { crossValidate } from "./cross-validation.ts";
import { executeJobs } from "./executor.ts";
import { jobDevice } from "./job-device.ts";
import { kindOf } from "./kinds.ts";
import { machine, peakMemoryMb } from "./machine.ts";
import type { RunInputs } from "./recipe-kind.ts";
import type { RunRecord } from "./record.ts";
import { openRunFolder, type RunFolder } from "./run-folder.ts";
import { inWorker } from "./worker-process.ts";

/** What a run is told besides its recipe. */
export interface RunOptions extends WorkOptions {
  /** The command that was typed, for the report's "how to repeat it". */
  readonly command: string;
  /** Called with the plan and the folder of the run, or of each fold, before the long work starts. */
  readonly onPlan?: (inputs: RunInputs, folder: RunFolder) => void;
}

/** A finished run. */
interface FinishedRun {
  readonly record: RunRecord;
  readonly folder: RunFolder;
}

/**
 * The main job: few real images in; a synthetic set, trained models and an honest record out.
 *
 * A second call with the same recipe and folder continues where the first one stopped, to the same bits.
 *
 * @throws {@link RecipeError} for folds without real images
 */
export async function run(recipe: BaseRecipe, out: string, options: RunOptions): Promise<FinishedRun> {
  const { folds, real } = recipe;
  if (folds === undefined) return runOnce(recipe, out, options);
  if (real === undefined)
    throw new RecipeError({
      where: "recipe.folds",
      expected: "real images to deal out into folds",
      received: "no `real` folder",
      fix: "Name the folder of labelled images with --real; the stand-in microscope has a test set of its own.",
    });
  return crossValidate({ ...recipe, folds, real }, out, options.command, (own, path) => runOnce(own, path, options));
}

async function runOnce(recipe: BaseRecipe, out: string, options: RunOptions): Promise<FinishedRun> {
  const kind = kindOf(recipe);
  const folder = await openRunFolder(out, recipe);
  const settled = await folder.readJson<RunInputs>("inputs.json");
  await folder.log({ event: settled ? "continue" : "start", command: options.command });
  const inputs = settled ?? (await settle(recipe, folder, options));
  if (!settled) await folder.writeJson(inputs, "inputs.json");
  options.onPlan?.(inputs, folder);
  const { workers } = inputs.plan;
  const workersMb = await executeJobs(inputs.plan.jobs, folder, { ...options, workers });
  const record = await kind.compose(
    { folder, ...inputs },
    {
      command: options.command,
      machine: await machine(workers, jobDevice(inputs)),
      peakMemoryMb: peakMemoryMb() + workersMb,
    },
  );
  await folder.writeJson(record, "record.json");
  return { record, folder };
}

/** Settled in a process of its own: it looks at all images and times first steps, whose memory the long work shall have. */
async function settle(recipe: BaseRecipe, folder: RunFolder, options: WorkOptions): Promise<RunInputs> {
  const { result } = await inWorker({ type: "settle", title: "settling", folder: folder.path, recipe }, options);
  return result as RunInputs;
}
