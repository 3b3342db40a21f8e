import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual } from "node:util";
import { FormatError } from "../../core/errors.ts";
import type { State } from "../../engine/step.ts";
import { loadDiffusion } from "./model-file.ts";
import type { DiffusionNetwork } from "./network.ts";

/** Beside this file in the source as in the built package: the build copies what is no TypeScript. */
const file = new URL("./prior.safetensors", import.meta.url);

let loaded: ReturnType<typeof loadDiffusion> | undefined;

/**
 * Weights that the package ships, trained on simulated microscopy alone, for a generator to begin with: it then needs not learn from a few real images what
 * lines, rims and grains are.
 *
 * @returns its tensors under the network's own names, for images of one channel on −1…1, velocity prediction and the cosine schedule; undefined for a
 *   network of another size, which begins with nothing
 * @throws {@link FormatError} when the file is missing or damaged
 */
export function priorFor(network: DiffusionNetwork): State | undefined {
  const path = fileURLToPath(file);
  if (!loaded && !existsSync(path))
    throw new FormatError({
      where: path,
      expected: "the diffusion prior that comes with Fantascope",
      received: "no such file",
      fix: "Install the package again, or train it: node scripts/train-prior.ts",
    });
  loaded ??= loadDiffusion(path);
  return isDeepStrictEqual(loaded.network, network) ? loaded.state : undefined;
}
