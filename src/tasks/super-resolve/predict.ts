import { DataError } from "../../core/errors.ts";
import type { Plane } from "../../core/plane.ts";
import { stopIfCancelled, type WorkOptions } from "../../core/progress.ts";
import { tensor } from "../../core/tensor.ts";
import { normalizationOf } from "../../data/normalization.ts";
import type { DeviceName } from "../../engine/devices.ts";
import { createGraph } from "../../engine/graph.ts";
import { type CompiledFunction, type CompileOptions, compileFunction } from "../../engine/step.ts";
import type { SuperResolveModel } from "./fit.ts";
import { type Scale, sideMultiple, superResolverOutput } from "./network.ts";
import { inPieces } from "./tiles.ts";

/** What prediction needs of a model. */
export type TrainedNetwork = Pick<SuperResolveModel, "config" | "state">;

/** How large images are cut. */
export interface PieceSizes {
  /** Largest edge of a piece, in pixels of the input. */
  readonly tilePx?: number;
  /**
   * Pixels that neighbouring pieces share, in pixels of the input. The outer quarter of them is thrown away on either side, the rest blended.
   */
  readonly overlapPx?: number;
  readonly threads?: number;
  /** Where to compute; `chooseDevice` tells what works here. */
  readonly device?: DeviceName;
}

/** Percentiles of an image that become 0 and 1. */
export interface PercentileRange {
  readonly low: number;
  readonly high: number;
}

/** How one image is treated. */
export interface ResolveOptions extends WorkOptions {
  /**
   * For images that are not on the unit scale: their grey levels are brought there by percentiles, and the result is brought back to the
   * image's own grey levels. Left out, the network sees the numbers as they are. Give those that the training pairs were brought to the unit
   * scale with; CSBDeep's are 2 and 99.8.
   */
  readonly percentiles?: PercentileRange;
}

/** A network, or several, open for prediction. Release it when done. */
export interface SuperResolver {
  readonly scale: Scale;
  /** Number of networks. */
  readonly members: number;
  /** Result of a plane `[h, w]` of any size: `[h·scale, w·scale]`, the mean over the networks. Not clipped. */
  resolve(low: Plane, options?: ResolveOptions): Promise<Plane>;
  /** Result of every network by itself. */
  resolveEach(low: Plane, options?: ResolveOptions): Promise<Plane[]>;
  release(): Promise<void>;
}

/**
 * Opens one trained network, or several (an ensemble) of one scale.
 *
 * @throws {@link DataError} when there is none, or their scales differ
 */
export async function openSuperResolver(
  models: readonly TrainedNetwork[],
  { tilePx = 256, overlapPx = 64, threads = 1, device = "cpu" }: PieceSizes = {},
): Promise<SuperResolver> {
  const scales = [...new Set(models.map(({ config }) => config.scale))];
  if (scales.length !== 1)
    throw new DataError({
      where: "openSuperResolver",
      expected: "at least one model, all of one scale",
      received: scales.length === 0 ? "none" : `scales ${scales.join(", ")}`,
    });
  const scale = scales[0]!;
  const members = models.map((model) => openMember(model, { threads, device }));
  const multiple = Math.max(...models.map(({ config }) => sideMultiple(config)));

  const resolveEach: SuperResolver["resolveEach"] = async (low, { percentiles, onProgress, signal } = {}) => {
    const range = percentiles ? normalizationOf([low], percentiles) : { black: 0, white: 1 };
    const span = range.white - range.black;
    const source = percentiles ? { ...low, data: low.data.map((grey) => (grey - range.black) / span) } : low;
    const results: Plane[] = [];
    for (const [index, member] of members.entries()) {
      const result = await inPieces(
        source,
        { tilePx, overlapPx, multiple, scale },
        (piece, height, width) => {
          stopIfCancelled(signal, "super-resolve");
          return member.run(piece, height, width);
        },
        (done, total) =>
          onProgress?.({ stage: "super-resolve", done: index * total + done, total: members.length * total }),
      );
      results.push(percentiles ? { ...result, data: result.data.map((value) => value * span + range.black) } : result);
    }
    return results;
  };
  return {
    scale,
    members: members.length,
    resolveEach,
    resolve: async (low, options) => meanPlane(await resolveEach(low, options)),
    release: async () => {
      for (const member of members) await member.release();
    },
  };
}

/** Mean of planes of one size. */
export function meanPlane(planes: readonly Plane[]): Plane {
  const [first] = planes as [Plane];
  if (planes.length === 1) return first;
  return {
    ...first,
    data: first.data.map((_, i) => planes.reduce((sum, plane) => sum + plane.data[i]!, 0) / planes.length),
  };
}

/** One network, compiled for a piece's size when the first such piece comes: shapes are fixed when a graph is built. */
function openMember({ config, state }: TrainedNetwork, where: Pick<CompileOptions, "threads" | "device">) {
  const compiled = new Map<string, Promise<CompiledFunction>>();
  const compile = (height: number, width: number) => {
    const graph = createGraph();
    const image = graph.input("image", [1, 1, height, width]);
    return compileFunction(graph, { result: superResolverOutput(image, config) }, { state, ...where });
  };
  return {
    async run(piece: Float32Array, height: number, width: number): Promise<Float32Array> {
      const size = `${height}x${width}`;
      if (!compiled.has(size)) compiled.set(size, compile(height, width));
      const network = await compiled.get(size)!;
      return (await network.run({ image: tensor(piece, [1, 1, height, width]) })).result!.data;
    },
    async release() {
      for (const network of compiled.values()) await (await network).release();
      compiled.clear();
    },
  };
}
