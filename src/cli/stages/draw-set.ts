import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { Plane } from "../../core/plane.ts";
import { stopIfCancelled } from "../../core/progress.ts";
import { imageOfCanonical } from "../../data/canonical-image.ts";
import type { Dataset } from "../../data/dataset.ts";
import { type DeferredItem, type ImageFileFormat, writeDataset } from "../../data/write-dataset.ts";
import type { DeviceName } from "../../engine/devices.ts";
import { generateImages } from "../../generators/diffusion/generate.ts";
import { loadDiffusion } from "../../generators/diffusion/model-file.ts";
import { type DiffusionDenoiser, openDiffusion } from "../../generators/diffusion/open-diffusion.ts";
import { type SamplerName, samplers } from "../../generators/diffusion/samplers/index.ts";
import { claimFolder } from "./claim-folder.ts";
import { elsewhere } from "./elsewhere.ts";
import { fingerprint } from "./fingerprint.ts";
import { SAMPLING } from "./sampling.ts";
import type { SetOptions } from "./simulate-set.ts";

/** Which images, and how they are drawn. */
export interface DrawOptions extends SetOptions {
  readonly sampler?: SamplerName;
  /** Steps from noise to image. */
  readonly samplingSteps?: number;
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
 * @throws {@link DataError} when there is no such model
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
    format = "png",
    threads = 1,
    device = "cpu",
    ...work
  }: DrawOptions = {},
): Promise<Dataset> {
  const { signal, onProgress } = work;
  const model = loadDiffusion(modelFile);
  const generator = createHash("sha256")
    .update(await readFile(modelFile))
    .digest("hex");
  const key = fingerprint("draw", generator, sampler, samplingSteps, seed);
  await claimFolder(out, "generate", { seed, sampler, samplingSteps, format, ...elsewhere(device), generator, key });
  const stage = "draw images";
  const denoiser = await openDiffusion(model, { threads, device });
  const draw = inBatches(denoiser, (start, size) =>
    generateImages(denoiser, {
      seed,
      start,
      count: Math.min(size, count - start),
      sampler: samplers[sampler](),
      steps: samplingSteps,
      ...(signal ? { signal } : {}),
    }),
  );
  async function* items(): AsyncGenerator<DeferredItem> {
    for (let index = 0; index < count; index++) {
      stopIfCancelled(signal, stage);
      const name = `generated-${String(index).padStart(5, "0")}`;
      yield {
        name,
        key,
        make: async () => {
          const image = imageOfCanonical(await draw(index));
          const settings = { sampler, samplingSteps };
          const provenance = { origin: "synthetic", method: "diffusion", seed, index, generator, settings } as const;
          return { name, group: "generated", image, annotations: {}, provenance };
        },
      };
      onProgress?.({ stage, done: index + 1, total: count });
    }
  }
  try {
    return await writeDataset(out, items(), { name: "generated", format, ...(signal ? { signal } : {}) });
  } finally {
    await denoiser.release();
  }
}

/** Images by their numbers, though the network draws a whole batch of neighbours together; only the latest batch is kept. */
function inBatches(
  { batchSize }: Pick<DiffusionDenoiser, "batchSize">,
  batch: (start: number, size: number) => ReturnType<typeof generateImages>,
): (index: number) => Promise<Plane> {
  let drawn = new Map<number, Plane>();
  return async (wanted) => {
    if (!drawn.has(wanted)) {
      drawn = new Map();
      const start = wanted - (wanted % batchSize);
      for await (const { index, image } of batch(start, batchSize)) drawn.set(index, image);
    }
    return drawn.get(wanted)!;
  };
}
