import os from "node:os";
import type { WorkOptions } from "../core/progress.ts";
import { composeRecord } from "./compose-record.ts";
import { executeJobs } from "./executor.ts";
import type { RunInputs } from "./jobs/context.ts";
import { machine } from "./machine.ts";
import { planSegment } from "./plan.ts";
import { prepare } from "./prepare.ts";
import type { SegmentRecipe } from "./recipe.ts";
import type { RunRecord } from "./record.ts";
import { openRunFolder, type RunFolder } from "./run-folder.ts";
import { stepSeconds } from "./step-seconds.ts";

/** What a run is told besides its recipe. */
export interface RunOptions extends WorkOptions {
  /** The command that was typed, for the report's "how to repeat it". */
  readonly command: string;
  /** Called once with the plan, before the long work starts. */
  readonly onPlan?: (inputs: RunInputs) => void;
}

/**
 * The main job: few real images in; a labelled synthetic set, trained models and an honest record out.
 *
 * A second call with the same recipe and folder continues where the first one stopped, to the same bits.
 */
export async function run(
  recipe: SegmentRecipe,
  out: string,
  options: RunOptions,
): Promise<{ record: RunRecord; folder: RunFolder }> {
  const folder = await openRunFolder(out, recipe);
  const settled = await folder.readJson<RunInputs>("inputs.json");
  await folder.log({ event: settled ? "continue" : "start", command: options.command });
  const inputs = settled ?? (await settle(recipe, folder, options));
  options.onPlan?.(inputs);
  await executeJobs(inputs.plan.jobs, folder, { ...options, workers: inputs.plan.workers });
  const record = await composeRecord(
    { folder, ...inputs },
    { command: options.command, machine: await machine(inputs.plan.workers) },
  );
  await folder.writeJson(record, "record.json");
  return { record, folder };
}

/** Looks at the data, calibrates the microscope, measures this machine, plans the work; all of it is kept for a continued run. */
async function settle(recipe: SegmentRecipe, folder: RunFolder, options: RunOptions): Promise<RunInputs> {
  const prepared = await prepare(recipe, folder, options);
  const workers = recipe.workers ?? Math.min(4, os.availableParallelism());
  const plan = planSegment(recipe, { ...prepared, workers, stepSeconds: await stepSeconds(recipe) });
  const { realFolder, testFolder, calibration, warnings } = prepared;
  const inputs: RunInputs = {
    recipe,
    realFolder,
    testFolder,
    calibration,
    plan: { ...plan, warnings: [...warnings, ...plan.warnings] },
  };
  await folder.writeJson(inputs, "inputs.json");
  return inputs;
}
