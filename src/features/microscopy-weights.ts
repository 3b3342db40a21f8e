import { fileURLToPath } from "node:url";
import { FormatError } from "../core/errors.ts";
import { loadCheckpoint } from "../engine/checkpoint.ts";
import type { State } from "../engine/step.ts";

/** Beside this file in the source as in the built package: the build copies what is no TypeScript. */
const file = new URL("./microscopy-features.safetensors", import.meta.url);

let loaded: State | undefined;

/** Weights and whitening of the network that the package ships, read once. @throws {@link FormatError} when the file is missing or damaged */
export function microscopyWeights(): State {
  if (loaded) return loaded;
  const path = fileURLToPath(file);
  const found = loadCheckpoint(path);
  if (!found)
    throw new FormatError({
      where: path,
      expected: "the feature network that comes with Fantascope",
      received: "no such file",
      fix: "Install the package again, or train it: node scripts/train-features.ts",
    });
  loaded = found.state;
  return loaded;
}
