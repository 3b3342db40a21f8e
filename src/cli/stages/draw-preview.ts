import type { Plane } from "../../core/plane.ts";
import type { WorkOptions } from "../../core/progress.ts";
import { writeRgbPng } from "../../data/formats/index.ts";
import type { DeviceName } from "../../engine/devices.ts";
import type { TrainingPatch } from "../../generators/diffusion/augmentation.ts";
import { generateImages } from "../../generators/diffusion/generate.ts";
import { loadDiffusion } from "../../generators/diffusion/model-file.ts";
import { openDiffusion } from "../../generators/diffusion/open-diffusion.ts";
import { samplers } from "../../generators/diffusion/samplers/index.ts";
import { halvesSheet } from "../../image/halves-sheet.ts";
import { equalisedPicture } from "../../metrics/equalised-picture.ts";
import { SAMPLING } from "./sampling.ts";

/** A generator, and the pictures that show what it draws. */
export interface PreviewFiles {
  readonly model: string;
  /** Real patches on the left, as many drawn images on the right. */
  readonly preview: string;
  /** The same with local contrast equalised, where faint structure and hidden patterns show. */
  readonly equalised: string;
}

/** Draws the images with which a set of this seed begins, of the label maps of the real patches where there are some, and shows both. */
export async function drawPreview(
  { model, preview, equalised }: PreviewFiles,
  real: readonly TrainingPatch[],
  {
    seed,
    threads,
    device,
    ...work
  }: WorkOptions & { readonly seed: number; readonly threads: number; readonly device: DeviceName },
): Promise<void> {
  const denoiser = await openDiffusion(loadDiffusion(model), { threads, device });
  const images: Plane[] = [];
  try {
    const drawn = generateImages(denoiser, {
      ...work,
      seed,
      count: real.length,
      sampler: samplers[SAMPLING.sampler](),
      steps: SAMPLING.steps,
      labels: (index) => real[index]!.labels,
    });
    for await (const { image } of drawn) images.push(image);
  } finally {
    await denoiser.release();
  }
  const patches = real.map(({ image }) => image);
  await writeRgbPng(equalised, halvesSheet(patches, images, equalisedPicture));
  await writeRgbPng(preview, halvesSheet(patches, images)); // written last: where it is, both are
}
