import { DataError } from "../../core/errors.ts";
import { loadCheckpoint, saveCheckpoint } from "../../engine/checkpoint.ts";
import type { CycleGanModel } from "./fit.ts";

/** What generation needs of a trained CycleGAN. */
export type CycleGanGenerators = Pick<CycleGanModel, "state" | "networks" | "cropPx" | "lowPass">;

/** Saves both generators, with the settings that describe them; discriminators and optimizer state are left behind. */
export function saveCycleGan(file: string, model: CycleGanGenerators): void {
  const { networks, cropPx, lowPass } = model;
  const state = new Map([...model.state].filter(([name]) => /^(simToReal|realToSim)\//.test(name)));
  saveCheckpoint(file, {
    state,
    metadata: { generator: "cyclegan", settings: JSON.stringify({ networks, cropPx, lowPass }) },
  });
}

/**
 * Generators saved by {@link saveCycleGan}.
 *
 * @throws {@link DataError} when there is no such file, or it is no CycleGAN
 */
export function loadCycleGan(file: string): CycleGanGenerators {
  const found = loadCheckpoint(file);
  if (found?.metadata.generator !== "cyclegan")
    throw new DataError({
      where: file,
      expected: "a CycleGAN saved by Fantascope",
      received: found ? "another file" : "no such file",
      fix: "Name a cyclegan-….safetensors file from the models folder of a run.",
    });
  return { state: found.state, ...JSON.parse(found.metadata.settings!) };
}
