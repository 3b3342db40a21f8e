import { DataError } from "../../core/errors.ts";
import { loadCheckpoint, saveCheckpoint } from "../../engine/checkpoint.ts";
import type { State } from "../../engine/step.ts";
import type { DiffusionModel } from "./fit.ts";
import type { DenoiserSettings } from "./network.ts";

/** What generation needs of a trained diffusion generator, and at which step of its training it was taken. */
export type DiffusionGenerator = DenoiserSettings & {
  readonly state: State;
  readonly chosenStep: number;
};

/** Saves the weights that generation uses as safetensors, with the settings that describe them. */
export function saveDiffusion(file: string, model: DiffusionGenerator | DiffusionModel): void {
  const { state, network, sizePx, conditionPlanes, schedule, prediction, chosenStep } = model;
  const noise = { name: schedule.name, alphaBar: [...schedule.alphaBar] }; // the numbers: names may mean others one day
  const settings = { network, sizePx, conditionPlanes, prediction, chosenStep, schedule: noise };
  saveCheckpoint(file, { state, metadata: { generator: "diffusion", settings: JSON.stringify(settings) } });
}

/**
 * Generator saved by {@link saveDiffusion}.
 *
 * @throws {@link DataError} when there is no such file, or it is no diffusion generator
 */
export function loadDiffusion(file: string): DiffusionGenerator {
  const found = loadCheckpoint(file);
  if (found?.metadata.generator !== "diffusion")
    throw new DataError({
      where: file,
      expected: "a diffusion generator saved by Fantascope",
      received: found ? "another file" : "no such file",
      fix: "Name a diffusion-….safetensors file from the models folder of a run.",
    });
  const { schedule, ...settings } = JSON.parse(found.metadata.settings!);
  return {
    ...settings,
    schedule: { ...schedule, alphaBar: Float64Array.from(schedule.alphaBar) },
    state: found.state,
  };
}
