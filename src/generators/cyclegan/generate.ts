import type { LabelMap, Plane } from "../../core/plane.ts";
import { type Tensor, tensor } from "../../core/tensor.ts";
import { networkToUnit, unitToNetwork } from "../../data/canonical-image.ts";
import { createGraph } from "../../engine/graph.ts";
import { type CompiledFunction, type CompileOptions, compileFunction } from "../../engine/step.ts";
import { halfMaximumEdges } from "../../image/half-maximum-edges.ts";
import { CONDITION_MAPS, condition, labelsOfCondition } from "../condition.ts";
import { type BrightnessSource, detailOn } from "./brightness.ts";
import type { DrawnPair } from "./drawn-pair.ts";
import { lowPass } from "./low-pass.ts";
import type { CycleGanGenerators } from "./model-file.ts";
import { realToSim, simToReal } from "./networks.ts";

/** A generated image with both of its labels. */
export interface GeneratedPair {
  /** Canonical plane, 0…1. */
  readonly image: Plane;
  /** The label map that the generator was given. */
  readonly inputLabels: LabelMap;
  /** What the inverse generator reads in the low-passed image: it agrees with the pixels where the input label does not. */
  readonly cycledLabels: LabelMap;
}

/** The trained generators, ready to run on pictures of the training crop's size. Release them when done. */
export interface Generators {
  /** Image of a condition, `[1, 3, H, W]` → `[1, 1, H, W]`, on the [-1, 1] scale. */
  image(mask: Tensor): Promise<Tensor>;
  /** Condition read in an image, after a low-pass of this fraction, `[1, 1, H, W]` → `[1, 3, H, W]`. */
  mask(image: Tensor, keep?: number): Promise<Tensor>;
  release(): Promise<void>;
}

/** Opens the generators of a trained CycleGAN at its crop size, `[1, C, cropPx, cropPx]`. */
export async function openGenerators(
  model: CycleGanGenerators,
  { threads = 1, device = "cpu" }: Pick<CompileOptions, "threads" | "device"> = {},
): Promise<Generators> {
  const { state, networks, cropPx } = model;
  const forward = await (() => {
    const graph = createGraph();
    const mask = graph.input("mask", [1, CONDITION_MAPS.length, cropPx, cropPx]);
    return compileFunction(graph, { image: simToReal(mask, networks, "inference") }, { state, threads, device });
  })();
  const inverse = new Map<number, CompiledFunction>();
  const inverseAt = async (keep: number) => {
    const open = inverse.get(keep);
    if (open) return open;
    const graph = createGraph();
    const image = graph.input("image", [1, 1, cropPx, cropPx]);
    const compiled = await compileFunction(
      graph,
      { mask: realToSim(lowPass(image, keep), networks, "inference") },
      { state, threads, device },
    );
    inverse.set(keep, compiled);
    return compiled;
  };
  return {
    image: async (mask) => (await forward.run({ mask })).image!,
    mask: async (image, keep = model.lowPass) => (await (await inverseAt(keep)).run({ image })).mask!,
    release: async () => {
      await forward.release();
      for (const compiled of inverse.values()) await compiled.release();
    },
  };
}

/** What becomes of a generator's image and of the label read in it. The published method refines no edges. */
export interface GeneratePairOptions {
  /** Whose coarse brightness the image has; default the generator's. */
  readonly brightness?: BrightnessSource;
  /**
   * Moves the outlines of the cycled label to half maximum in the image (see {@link halfMaximumEdges}). Nothing in a cycle says where the edge of
   * a nucleus lies: generators agree on any blurred edge inside or outside of the drawn one, and the inverse one gives back the drawn one.
   */
  readonly refineEdges?: boolean;
}

/**
 * Image for a drawn label map, with the label that the inverse generator reads in it: in the generator's own image, which it has learned to read.
 *
 * @param drawn `[cropPx, cropPx]`, the crop size of the training
 */
export async function generatePair(
  generators: Generators,
  { labels, image: simulated }: DrawnPair,
  { brightness = "generated", refineEdges = true }: GeneratePairOptions = {},
): Promise<GeneratedPair> {
  const generated = await generators.image(condition(labels));
  const own = planeOfTensor(generated);
  const image = brightness === "simulated" ? detailOn(simulated, own) : own;
  const read = labelsOfCondition(await generators.mask(generated));
  return { image, inputLabels: labels, cycledLabels: refineEdges ? halfMaximumEdges(read, image) : read };
}

/** Canonical plane, 0…1, of an image tensor `[1, 1, H, W]` on the [-1, 1] scale. */
export function planeOfTensor(image: Tensor): Plane {
  const [, , height, width] = image.shape as [number, number, number, number];
  return networkToUnit({ data: image.data, height, width });
}

/** Image tensor `[1, 1, H, W]` on the [-1, 1] scale of a canonical plane. */
export function tensorOfPlane(plane: Plane): Tensor {
  return tensor(unitToNetwork(plane).data, [1, 1, plane.height, plane.width]);
}
