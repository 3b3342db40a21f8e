import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Plane } from "../../core/plane.ts";
import type { WorkOptions } from "../../core/progress.ts";
import { random } from "../../core/random.ts";
import type { Dataset, Item } from "../../data/dataset.ts";
import { openDataset } from "../../data/folder-dataset.ts";
import { writeFileAtomically, writeRgbPng } from "../../data/formats/index.ts";
import { brightestChannel, unitPlane } from "../../data/unit-plane.ts";
import type { DeviceName } from "../../engine/devices.ts";
import { fitDiffusion } from "../../generators/diffusion/fit.ts";
import { generateImages } from "../../generators/diffusion/generate.ts";
import { loadDiffusion, saveDiffusion } from "../../generators/diffusion/model-file.ts";
import { openDiffusion } from "../../generators/diffusion/open-diffusion.ts";
import { type PatchStream, type PatchStreamOptions, patchStream } from "../../generators/diffusion/patches.ts";
import {
  diffusionPresets,
  measureStepSeconds,
  type PresetMinutes,
  type PresetSizePx,
  stepsWithin,
} from "../../generators/diffusion/presets.ts";
import { samplers } from "../../generators/diffusion/samplers/index.ts";
import { sheet } from "../../image/sheet.ts";
import { TOLD_AUGMENTATION } from "../../recipes/super-resolve/diffusion-settings.ts";
import { claimFolder } from "./claim-folder.ts";
import { elsewhere } from "./elsewhere.ts";
import { readClaim } from "./read-claim.ts";
import { SAMPLING } from "./sampling.ts";

/** How a diffusion generator is trained by itself. */
export interface FitDiffusionGeneratorOptions extends WorkOptions {
  /** Edge of the square images that it will draw. */
  readonly patchPx?: PresetSizePx;
  /** Time that the preset is made for. */
  readonly minutes?: PresetMinutes;
  /** Training steps; unless given, as many as fit into the minutes on this machine. */
  readonly steps?: number;
  readonly seed?: number;
  readonly threads?: number;
  /** Where networks are computed. */
  readonly device?: DeviceName;
}

/** Where a trained diffusion generator lies. */
export interface FittedDiffusionGenerator {
  readonly model: string;
  /** Real patches beside the first drawn images. */
  readonly preview: string;
  readonly steps: number;
}

/** Pictures of each half of the preview, and how many stand in a row. */
const PREVIEW = { count: 32, columns: 4, gap: 16 };

/**
 * Diffusion generator of unlabelled images: `diffusion.safetensors`, `training.json` (losses) and `samples.png`. Of pairs it learns the sharp images.
 * Called again with the same settings, an interrupted training goes on, with the steps that were settled at first.
 *
 * @throws {@link DataError} when there are no images
 * @throws {@link OutputError} when the folder holds something else or cannot be written
 */
export async function fitDiffusionGenerator(
  real: string,
  out: string,
  {
    patchPx = 64,
    minutes = 30,
    steps: wanted,
    seed = 0,
    threads = 1,
    device = "cpu",
    ...work
  }: FitDiffusionGeneratorOptions = {},
): Promise<FittedDiffusionGenerator> {
  const dataset = await openDataset(real);
  const learnedFrom = await dataset.hash();
  const preset = diffusionPresets[patchPx][minutes];
  const stream = random(seed).fork("diffusion");
  const patches = await patchesOf(dataset, {
    sizePx: patchPx,
    random: stream.fork("patches"),
    toldProbability: TOLD_AUGMENTATION,
  });
  const settled = (await readClaim(out, "fit"))?.steps;
  const steps =
    wanted ??
    (typeof settled === "number"
      ? settled
      : stepsWithin(minutes, await measureStepSeconds(preset, patches, { threads, device })));
  const settings = { generator: "diffusion", patchPx, minutes, steps, seed, ...elsewhere(device), learnedFrom };
  await claimFolder(out, "fit", settings);
  const files = { model: join(out, "diffusion.safetensors"), preview: join(out, "samples.png") };

  if (!existsSync(files.model)) {
    const model = await fitDiffusion(patches, {
      ...work,
      ...preset,
      random: stream.fork("fit"),
      steps,
      threads,
      device,
      checkpointFile: join(out, "checkpoints", "diffusion.safetensors"),
    });
    const { curves, seconds } = model;
    await writeFileAtomically(join(out, "training.json"), `${JSON.stringify({ ...settings, seconds, curves })}\n`);
    saveDiffusion(files.model, model);
  }
  if (!existsSync(files.preview)) {
    const shown = await patchesOf(dataset, { sizePx: patchPx, random: stream.fork("shown") });
    const realPatches = await shown.batch(0, PREVIEW.count, stream.fork("shown patches"));
    const halves = [
      realPatches.map(({ image }) => image),
      await firstImages(files.model, { seed, threads, device, ...work }),
    ];
    const contrast = { black: 0, white: 1 };
    const [left, right] = halves.map((planes) => sheet(planes, { columns: PREVIEW.columns, contrast }));
    await writeRgbPng(files.preview, sheet([left!, right!], { columns: 2, gap: PREVIEW.gap }));
  }
  return { ...files, steps };
}

function patchesOf(dataset: Dataset, options: Omit<PatchStreamOptions, "planeOf">): Promise<PatchStream> {
  return patchStream(dataset, { ...options, planeOf: sharpPlane });
}

/** The sharp image of an item within 0…1. */
function sharpPlane({ image, annotations: { partner = image } }: Item): Plane {
  const plane = unitPlane(brightestChannel(partner));
  return { ...plane, data: plane.data.map((value) => Math.min(1, Math.max(0, value))) };
}

/** The images with which a set of this seed begins. */
async function firstImages(
  file: string,
  {
    seed,
    threads,
    device,
    ...work
  }: WorkOptions & { readonly seed: number; readonly threads: number; readonly device: DeviceName },
): Promise<Plane[]> {
  const denoiser = await openDiffusion(loadDiffusion(file), { threads, device });
  try {
    const images: Plane[] = [];
    const drawn = generateImages(denoiser, {
      ...work,
      seed,
      count: PREVIEW.count,
      sampler: samplers[SAMPLING.sampler](),
      steps: SAMPLING.steps,
    });
    for await (const { image } of drawn) images.push(image);
    return images;
  } finally {
    await denoiser.release();
  }
}
