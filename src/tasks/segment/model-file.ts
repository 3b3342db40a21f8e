import { DataError } from "../../core/errors.ts";
import { loadCheckpoint, saveCheckpoint } from "../../engine/checkpoint.ts";
import type { State } from "../../engine/step.ts";
import type { SegmentModel } from "./fit.ts";

/** Prefix of everything that prediction needs: parameters and running statistics. Optimizer state is left behind. */
const NETWORK = "segmenter/";

/** Saves the network of a trained segmenter as safetensors. */
export function saveModel(file: string, model: SegmentModel): void {
  const state = new Map([...model.state].filter(([name]) => name.startsWith(NETWORK)));
  saveCheckpoint(file, { state, metadata: { task: "segment", steps: String(model.steps) } });
}

/**
 * Network saved by {@link saveModel}.
 *
 * @throws {@link DataError} when there is no such file, or it is no segmenter
 */
export function loadModel(file: string): { readonly state: State } {
  const found = loadCheckpoint(file);
  if (found?.metadata.task !== "segment")
    throw new DataError({
      where: file,
      expected: "a segmenter saved by Fantascope",
      received: found ? "another file" : "no such file",
      fix: "Name a .safetensors file from the models folder of a run.",
    });
  return { state: found.state };
}
