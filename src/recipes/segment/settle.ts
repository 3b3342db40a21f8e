import os from "node:os";
import { memoryHere } from "../machine.ts";
import type { SettleOptions } from "../recipe-kind.ts";
import type { RunFolder } from "../run-folder.ts";
import { workerMemoryMb } from "../run-memory.ts";
import type { SegmentInputs } from "./jobs/context.ts";
import { planSegment } from "./plan.ts";
import { prepare } from "./prepare.ts";
import type { SegmentRecipe } from "./recipe.ts";
import { segmentStepSeconds } from "./step-seconds.ts";
import { segmentTrainings } from "./trainings.ts";

/** Looks at the data, calibrates the microscope, measures this machine, plans the work. */
export async function settleSegment(
  recipe: SegmentRecipe,
  folder: RunFolder,
  options: SettleOptions,
): Promise<SegmentInputs> {
  const prepared = await prepare(recipe, folder, options);
  const workers = recipe.workers ?? Math.min(4, os.availableParallelism());
  const trainings = segmentTrainings(recipe);
  const plan = planSegment(recipe, {
    ...prepared,
    workers,
    stepSeconds: await segmentStepSeconds(trainings, options.device),
    workerMb: await workerMemoryMb([
      trainings.segmenter,
      ...(trainings.cyclegan.length > 0 ? [trainings.cyclegan] : []),
    ]),
    memory: memoryHere(),
  });
  const { realFolder, testFolder, calibration, warnings } = prepared;
  return {
    recipe,
    realFolder,
    testFolder,
    calibration,
    plan: { ...plan, warnings: [...warnings, ...plan.warnings] },
  };
}
