import type { Plane } from "../../core/plane.ts";
import { type Tensor, tensor } from "../../core/tensor.ts";
import { exportModel } from "../../engine/export.ts";
import { createGraph } from "../../engine/graph.ts";
import { testPair } from "../../engine/package/test-pair.ts";
import { compileFunction } from "../../engine/step.ts";
import { superResolverOutput } from "./network.ts";
import type { TrainedNetwork } from "./predict.ts";
import { readPiece } from "./tiles.ts";

/** Edge of the exported model's input. Shapes are fixed when a graph is built; larger images go through it in tiles. */
export const SUPER_RESOLVER_EXPORT_PX = 256;

/** Pixels of the input at each edge of a tile that are not to be used: half of what neighbouring pieces share in prediction. */
export const SUPER_RESOLVER_HALO_PX = 32;

/** Notes that travel in the file, and its tile. */
export interface SuperResolverExportOptions {
  readonly arm?: string;
  readonly seed?: number;
  /** Edge of the input. */
  readonly tilePx?: number;
}

function graphOf(config: TrainedNetwork["config"], tilePx: number) {
  const graph = createGraph();
  const image = graph.input("image", [1, 1, tilePx, tilePx]);
  return { graph, outputs: { result: superResolverOutput(image, config) } };
}

/**
 * Super-resolver as an ONNX file of standard operators: image `[1, 1, 256, 256]` on the unit scale to result `[1, 1, 256·scale, 256·scale]`.
 *
 * @throws {@link ShapeError} when the network cannot take tiles of that size
 */
export function exportSuperResolver(
  { config, state }: TrainedNetwork,
  { arm, seed, tilePx = SUPER_RESOLVER_EXPORT_PX }: SuperResolverExportOptions = {},
): Uint8Array {
  const { graph, outputs } = graphOf(config, tilePx);
  return exportModel(graph, {
    outputs,
    state,
    name: "fantascope-super-resolver",
    metadata: {
      task: "super-resolve",
      ...(arm === undefined ? {} : { arm }),
      ...(seed === undefined ? {} : { seed: String(seed) }),
      scale: String(config.scale),
      network: JSON.stringify(config.network),
      input: "grey levels on the unit scale, 0 to 1, as the training images were brought there; not clipped",
      output: `the same scale, not clipped; ${config.scale} times as many pixels along each side`,
    },
  });
}

/** A model with one input that it was given, and what came out. */
export interface SuperResolverTestPair {
  readonly image: Tensor;
  readonly result: Tensor;
}

/**
 * Test pair of an exported super-resolver: what the network gives for an image (its top left tile; smaller ones are mirrored), after making sure
 * that the file gives the same.
 *
 * @throws {@link SessionError} when the file's numbers differ from the network's
 */
export async function superResolverTestPair(
  model: Uint8Array,
  { config, state }: TrainedNetwork,
  example: Plane,
  { tilePx = SUPER_RESOLVER_EXPORT_PX }: { readonly tilePx?: number } = {},
): Promise<SuperResolverTestPair> {
  const image = tensor(readPiece(example, 0, 0, tilePx, tilePx), [1, 1, tilePx, tilePx]);
  const { graph, outputs } = graphOf(config, tilePx);
  const network = await compileFunction(graph, outputs, { state });
  const expected = await network.run({ image });
  await network.release();
  const { result } = await testPair(model, { image }, expected);
  return { image, result: result! };
}
