import type { FeatureMatrix } from "../core/feature-matrix.ts";
import type { Plane } from "../core/plane.ts";
import { stopIfCancelled, type WorkOptions } from "../core/progress.ts";
import { createGraph } from "../engine/graph.ts";
import { matMul, sub } from "../engine/ops/index.ts";
import { compileFunction, type State } from "../engine/step.ts";
import type { FeatureNetwork, FeatureRunOptions } from "./feature-network.ts";
import { featureTiles } from "./feature-tiles.ts";
import { microscopyEmbedding, microscopyNetworkSizes } from "./microscopy-network.ts";
import { microscopyWeights } from "./microscopy-weights.ts";

/** Name of the network, to stand beside every number made with it. */
export const MICROSCOPY_FEATURES = "fantascope-microscopy-v1";

/**
 * Features of microscope images by Fantascope's own network: whitened, so that on simulated microscopy each of the 64 has mean 0, variance 1 and nothing
 * in common with the others.
 *
 * Every image is cut into tiles of 64 × 64 pixels without resizing, so blur and noise of single pixels count, and the features of its tiles are averaged.
 * Compare sets of images of one size only: larger images have more tiles, and averages of more vary less.
 *
 * @param planes unit scale 0…1, each side at least 32 pixels
 * @returns one row of 64 per plane
 * @throws ShapeError when an image is smaller
 * @see docs/features.md, the card of the network: what it has learned from, and its limits
 * @example
 * const distance = frechetDistance(await microscopyFeatures(real), await microscopyFeatures(generated));
 */
export async function microscopyFeatures(
  planes: readonly Plane[],
  options: WorkOptions & FeatureRunOptions = {},
): Promise<FeatureMatrix> {
  const network = await openMicroscopyFeatures(options);
  try {
    return await network.features(planes, options);
  } finally {
    await network.release();
  }
}

/** {@link microscopyFeatures} for several sets: opened once. */
export async function openMicroscopyFeatures(options: FeatureRunOptions = {}): Promise<FeatureNetwork> {
  return openNetwork(microscopyWeights(), options, true);
}

/** The same before whitening, of any state of the network: what training needs to find the whitening. */
export function openMicroscopyEmbedding(state: State, options: FeatureRunOptions = {}): Promise<FeatureNetwork> {
  return openNetwork(state, options, false);
}

async function openNetwork(
  state: State,
  { threads = 1, batchSize = 16 }: FeatureRunOptions,
  isWhitened: boolean,
): Promise<FeatureNetwork> {
  const { tilePx, dimensions } = microscopyNetworkSizes;
  const graph = createGraph();
  const embedding = microscopyEmbedding(graph.input("tiles", [batchSize, 1, tilePx, tilePx]), "inference");
  const whitened = () => {
    const { mean, matrix } = { mean: state.get("whitening/mean")!, matrix: state.get("whitening/matrix")! };
    return matMul(
      sub(embedding, graph.constant(mean.data, [1, dimensions])),
      graph.constant(matrix.data, matrix.shape),
    );
  };
  const features = isWhitened ? whitened() : embedding; // [N, 64]
  const network = await compileFunction(graph, { features }, { state, threads });
  return {
    name: MICROSCOPY_FEATURES,
    async features(planes, { onProgress, signal } = {}) {
      const data = new Float32Array(planes.length * dimensions);
      const batch = new Float32Array(batchSize * tilePx * tilePx);
      /** Plane of each waiting tile, and its share in the plane's mean. */
      let waiting: { row: number; share: number }[] = [];
      const flush = async () => {
        const run = await network.run({ tiles: { data: batch.slice(), shape: [batchSize, 1, tilePx, tilePx] } });
        const found = run.features!.data;
        waiting.forEach(({ row, share }, i) => {
          for (let k = 0; k < dimensions; k++) data[row * dimensions + k]! += share * found[i * dimensions + k]!;
        });
        waiting = [];
      };
      for (const [row, plane] of planes.entries()) {
        stopIfCancelled(signal, "features");
        const tiles = featureTiles(plane, tilePx);
        for (const tile of tiles) {
          batch.set(tile, waiting.length * tilePx * tilePx);
          waiting.push({ row, share: 1 / tiles.length });
          if (waiting.length === batchSize) await flush();
        }
        onProgress?.({ stage: `features (${MICROSCOPY_FEATURES})`, done: row + 1, total: planes.length });
      }
      if (waiting.length > 0) await flush();
      return { data, count: planes.length, dimensions };
    },
    release: () => network.release(),
  };
}
