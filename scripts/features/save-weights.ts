import { statSync } from "node:fs";
import type { Plane } from "../../src/core/plane.ts";
import type { Random } from "../../src/core/random.ts";
import { saveCheckpoint } from "../../src/engine/checkpoint.ts";
import type { State } from "../../src/engine/step.ts";
import { openMicroscopyEmbedding } from "../../src/features/microscopy-features.ts";
import { MICROSCOPY_SCOPE } from "../../src/features/microscopy-network.ts";
import { specimenShelf } from "../specimens/specimen-shelf.ts";
import { exposure } from "./exposures.ts";
import { whitening } from "./whitening.ts";

/** Slides, of specimens that training has not seen, from which the whitening is made; and the places on each. */
const [SLIDES, PLACES] = [1000, 4];

/**
 * Writes what the package needs of a trained state: the network without its heads, and the whitening.
 *
 * @returns bytes of the file
 */
export async function saveFeatureWeights(
  file: string,
  trained: State,
  { random, steps, seed, threads }: { random: Random; steps: number; seed: number; threads: number },
): Promise<number> {
  const state: State = new Map([...trained].filter(([name]) => name.startsWith(`${MICROSCOPY_SCOPE}/`)));
  const stream = random.fork("whitening");
  const shelf = specimenShelf(stream.fork("specimens"));
  const tiles = Array.from({ length: SLIDES * PLACES }, (_, i): Plane => {
    const slide = Math.floor(i / PLACES);
    return exposure(shelf, SLIDES, stream.fork("slide", slide), stream.fork("place", i)).tile;
  });
  const embed = await openMicroscopyEmbedding(state, { threads });
  const { mean, matrix } = whitening(await embed.features(tiles), PLACES);
  await embed.release();
  state.set("whitening/mean", mean);
  state.set("whitening/matrix", matrix);
  saveCheckpoint(file, {
    state,
    metadata: { network: "fantascope-microscopy-v1", steps: `${steps}`, seed: `${seed}` },
  });
  return statSync(file).size;
}
