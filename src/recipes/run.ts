import type { WorkOptions } from "../core/progress.ts";
import { chooseDevice } from "../engine/devices/choose-device.ts";
import { devices } from "../engine/devices.ts";
import type { BaseRecipe } from "./base-recipe.ts";
import { executeJobs } from "./executor.ts";
import { jobDevice } from "./job-device.ts";
import { kindOf } from "./kinds.ts";
import { machine } from "./machine.ts";
import type { RunInputs } from "./recipe-kind.ts";
import type { RunRecord } from "./record.ts";
import { openRunFolder, type RunFolder } from "./run-folder.ts";

/** What a run is told besides its recipe. */
export interface RunOptions extends WorkOptions {
  /** The command that was typed, for the report's "how to repeat it". */
  readonly command: string;
  /** Called once with the plan, before the long work starts. */
  readonly onPlan?: (inputs: RunInputs) => void;
}

/**
 * The main job: few real images in; a synthetic set, trained models and an honest record out.
 *
 * A second call with the same recipe and folder continues where the first one stopped, to the same bits.
 */
export async function run(
  recipe: BaseRecipe,
  out: string,
  options: RunOptions,
): Promise<{ record: RunRecord; folder: RunFolder }> {
  const kind = kindOf(recipe);
  const folder = await openRunFolder(out, recipe);
  const settled = await folder.readJson<RunInputs>("inputs.json");
  await folder.log({ event: settled ? "continue" : "start", command: options.command });
  const inputs = settled ?? (await settle(recipe, folder, options));
  if (!settled) await folder.writeJson(inputs, "inputs.json");
  options.onPlan?.(inputs);
  await executeJobs(inputs.plan.jobs, folder, { ...options, workers: inputs.plan.workers });
  const record = await kind.compose(
    { folder, ...inputs },
    { command: options.command, machine: await machine(inputs.plan.workers, jobDevice(inputs)) },
  );
  await folder.writeJson(record, "record.json");
  return { record, folder };
}

/** Settles a recipe on the device that it asks for, or on the processor with a warning that says why. */
async function settle(recipe: BaseRecipe, folder: RunFolder, options: WorkOptions): Promise<RunInputs> {
  const device = await chooseDevice(recipe.device ?? "cpu");
  const isAlone = !devices[device.used].sharedByThreads;
  const workers = isAlone ? { workers: 1 } : {};
  const inputs = await kindOf(recipe).settle({ ...recipe, ...workers }, folder, { ...options, device: device.used });
  const remarks = [
    ...(device.because === undefined ? [] : [device.because]),
    ...(isAlone
      ? [`Jobs run one after the other: on ${device.used} only one of a program may compute at a time.`]
      : []),
  ];
  return { ...inputs, device, plan: { ...inputs.plan, warnings: [...remarks, ...inputs.plan.warnings] } };
}
