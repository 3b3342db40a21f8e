import { DataError } from "../../core/errors.ts";
import { loadCheckpoint, saveCheckpoint } from "../../engine/checkpoint.ts";
import type { SuperResolveModel } from "./fit.ts";
import type { SuperResolverConfig } from "./network.ts";
import type { TrainedNetwork } from "./predict.ts";

/** Rises whenever a network of the same configuration computes something else, so that older weights are refused and not misread. */
const VERSION = "2";

/** Saves the network of a trained super-resolver as safetensors, with what it is. */
export function saveSuperResolver(file: string, model: SuperResolveModel): void {
  saveCheckpoint(file, {
    state: model.state,
    metadata: {
      task: "super-resolve",
      version: VERSION,
      config: JSON.stringify(model.config),
      steps: String(model.keptStep),
    },
  });
}

/**
 * Network saved by {@link saveSuperResolver}.
 *
 * @throws {@link DataError} when there is no such file, it is no super-resolver, or one of another version
 */
export function loadSuperResolver(file: string): TrainedNetwork {
  const found = loadCheckpoint(file);
  if (found?.metadata.task !== "super-resolve" || found.metadata.config === undefined)
    throw new DataError({
      where: file,
      expected: "a super-resolver saved by Fantascope",
      received: found ? "another file" : "no such file",
      fix: "Name a .safetensors file from the models folder of a run.",
    });
  const { version = "1" } = found.metadata;
  if (version !== VERSION)
    throw new DataError({
      where: file,
      expected: `a super-resolver of version ${VERSION}`,
      received: `one of version ${version}, whose network computed something else`,
      fix: "Train it again: the same run command does, in a new folder.",
    });
  return { config: JSON.parse(found.metadata.config) as SuperResolverConfig, state: found.state };
}
