import { DataError, RecipeError } from "../../core/errors.ts";
import type { LabelMap } from "../../core/plane.ts";
import { random } from "../../core/random.ts";
import { imageOfCanonical } from "../../data/canonical-image.ts";
import { cropLabels } from "../../data/crop.ts";
import type { Dataset } from "../../data/dataset.ts";
import { fileHash } from "../../data/file-hash.ts";
import { openDataset } from "../../data/folder-dataset.ts";
import { type ImageFileFormat, writeDataset } from "../../data/write-dataset.ts";
import type { DeviceName } from "../../engine/devices.ts";
import type { DiffusionModel } from "../../generators/diffusion/fit.ts";
import { type GeneratedImage, generateImages } from "../../generators/diffusion/generate.ts";
import { loadDiffusion } from "../../generators/diffusion/model-file.ts";
import { type DiffusionDenoiser, openDiffusion } from "../../generators/diffusion/open-diffusion.ts";
import { type SamplerName, samplers } from "../../generators/diffusion/samplers/index.ts";
import { claimFolder } from "./claim-folder.ts";
import { elsewhere } from "./elsewhere.ts";
import { fingerprint } from "./fingerprint.ts";
import { numberedItems } from "./numbered-items.ts";
import { SAMPLING } from "./sampling.ts";
import type { SetOptions } from "./simulate-set.ts";

/** Which images, and how they are drawn. */
export interface DrawOptions extends SetOptions {
  readonly sampler?: SamplerName;
  /** Steps from noise to image. */
  readonly samplingSteps?: number;
  /** Folder of labelled images whose label maps are drawn from, in turns, for a generator that learned from labels. */
  readonly labelMaps?: string;
  /** How strictly label maps are followed: 1 as learned; more exaggerates what they change, at twice the time. */
  readonly guidanceScale?: number;
  /** File format of the images; default PNG. */
  readonly format?: ImageFileFormat;
  readonly threads?: number;
  /** Where networks are computed. */
  readonly device?: DeviceName;
}

/**
 * Set of images drawn by a trained diffusion generator, 16 bits. Image k depends on model, seed and k alone, and on how it is drawn. Called again
 * after an interruption, it goes on.
 *
 * @param modelFile `diffusion.safetensors` of `fitDiffusionGenerator`, or `diffusion-*.safetensors` of a run
 * @throws {@link DataError} when there is no such model, or a label map is missing or smaller than the images
 * @throws {@link RecipeError} when label maps are given to a generator that learned without
 * @throws {@link OutputError} when the folder holds something else or cannot be written
 */
export async function drawSet(
  modelFile: string,
  out: string,
  {
    count = 100,
    seed = 0,
    sampler = SAMPLING.sampler,
    samplingSteps = SAMPLING.steps,
    labelMaps,
    guidanceScale = 1,
    format = "png",
    threads = 1,
    device = "cpu",
    ...work
  }: DrawOptions = {},
): Promise<Dataset> {
  const { signal } = work;
  const model = loadDiffusion(modelFile);
  const generator = await fileHash(modelFile);
  const maps = labelMaps === undefined ? undefined : await openLabelMaps(labelMaps, modelFile, model);
  const told = maps && { labelMaps: await maps.hash(), guidanceScale };
  const key = fingerprint("draw", generator, sampler, samplingSteps, seed, ...(told ? [told] : []));
  const settled = { seed, sampler, samplingSteps, ...told, format, ...elsewhere(device), generator, key };
  await claimFolder(out, "generate", settled);
  const denoiser = await openDiffusion(model, { threads, device });
  const draw = inBatches(denoiser, (start, size) =>
    generateImages(denoiser, {
      seed,
      start,
      count: Math.min(size, count - start),
      sampler: samplers[sampler](),
      steps: samplingSteps,
      ...(maps && { labels: (index: number) => mapOf(maps, index, model.sizePx, seed), guidanceScale }),
      ...(signal ? { signal } : {}),
    }),
  );
  const items = numberedItems({ ...work, count, group: "generated", key, stage: "draw images" }, async (index) => {
    const { image: plane, labels: instances } = await draw(index);
    const image = imageOfCanonical(plane);
    const settings = { sampler, samplingSteps, ...told };
    const provenance = { origin: "synthetic", method: "diffusion", seed, index, generator, settings } as const;
    return { image, annotations: instances ? { instances } : {}, provenance };
  });
  try {
    return await writeDataset(out, items, { name: "generated", format, ...(signal ? { signal } : {}) });
  } finally {
    await denoiser.release();
  }
}

/** Images by their numbers, though the network draws a whole batch of neighbours together; only the latest batch is kept. */
function inBatches(
  { batchSize }: Pick<DiffusionDenoiser, "batchSize">,
  batch: (start: number, size: number) => ReturnType<typeof generateImages>,
): (index: number) => Promise<GeneratedImage> {
  let drawn = new Map<number, GeneratedImage>();
  return async (wanted) => {
    if (!drawn.has(wanted)) {
      drawn = new Map();
      const start = wanted - (wanted % batchSize);
      for await (const image of batch(start, batchSize)) drawn.set(image.index, image);
    }
    return drawn.get(wanted)!;
  };
}

/**
 * Label maps of a folder, each looked at.
 *
 * @throws {@link RecipeError} when the model learned without labels
 * @throws {@link DataError} when an image has no label map, or one that is smaller than the images to draw
 */
async function openLabelMaps(
  folder: string,
  modelFile: string,
  { conditionPlanes, sizePx }: Pick<DiffusionModel, "conditionPlanes" | "sizePx">,
): Promise<Dataset> {
  if (conditionPlanes === 0)
    throw new RecipeError({
      where: "--label-maps",
      expected: "a diffusion model that learned from labels",
      received: `${modelFile}, which learned without`,
      fix: "Train one with fantascope fit --generator diffusion --with-labels, or leave --label-maps out.",
    });
  const maps = await openDataset(folder);
  for (let index = 0; index < maps.length; index++) {
    const { name, annotations } = await maps.get(index);
    const labels = annotations.instances;
    if (!labels || Math.min(labels.height, labels.width) < sizePx)
      throw new DataError({
        where: `${maps.name}, ${name}`,
        expected: `a label map of at least ${sizePx} x ${sizePx} pixels`,
        received: labels ? `${labels.width} x ${labels.height}` : "none",
        fix: "Give a folder of labelled images, such as one of fantascope simulate, or take this one out.",
      });
  }
  return maps;
}

/** Piece of a label map for an image: the maps of a folder in turns, each time another place. */
async function mapOf(maps: Dataset, index: number, sizePx: number, seed: number): Promise<LabelMap> {
  const { annotations } = await maps.get(index % maps.length);
  return cropLabels(annotations.instances!, sizePx, random(seed).fork("label map", index));
}
