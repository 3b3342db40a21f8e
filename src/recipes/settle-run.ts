import type { WorkOptions } from "../core/progress.ts";
import { chooseDevice } from "../engine/devices/choose-device.ts";
import { devices } from "../engine/devices.ts";
import type { BaseRecipe } from "./base-recipe.ts";
import { kindOf } from "./kinds.ts";
import type { RunInputs } from "./recipe-kind.ts";
import type { RunFolder } from "./run-folder.ts";

/** Settles a recipe on the device that it asks for, or on the processor with a warning that says why. */
export async function settleRun(recipe: BaseRecipe, folder: RunFolder, options: WorkOptions): Promise<RunInputs> {
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
