/**
 * Denoising networks and losses in a race: each is trained for as long, on the same images, and judged by what it then draws.
 *
 *     npm run bench -- generators --real FOLDER [--names a,b] [--patch 64] [--minutes 12] [--only preset,min-snr] [--seed 0] [--json rows.json] [--keep FOLDER]
 *
 * All begin with nothing, `preset` too, but `pretrained`, which is the preset with the package's prior, as `fantascope fit` takes it.
 *
 * Real images are cut into tiles of twice the patch; a third of the tiles is kept for judging, and the lower part of each image is not looked at at
 * all, since recipes score there. How many steps fit into the minutes is measured first, in turns, so that a machine that slows down slows all. The
 * kernel distance by Fantascope's own features has a 95 % interval over the images; it does not cover the seed of the training. With `--keep` models and
 * pictures stay: real patches on the left, drawn ones on the right.
 */

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Plane } from "../src/core/plane.ts";
import { random } from "../src/core/random.ts";
import { cropPlane } from "../src/data/crop.ts";
import { writeRgbPng } from "../src/data/formats/index.ts";
import { memoryDataset } from "../src/data/memory-dataset.ts";
import { MICROSCOPY_FEATURES, openMicroscopyFeatures } from "../src/features/index.ts";
import { type DiffusionFitOptions, fitDiffusion } from "../src/generators/diffusion/fit.ts";
import { generateImages } from "../src/generators/diffusion/generate.ts";
import { saveDiffusion } from "../src/generators/diffusion/model-file.ts";
import { openDiffusion } from "../src/generators/diffusion/open-diffusion.ts";
import { patchStream } from "../src/generators/diffusion/patches.ts";
import {
  type DiffusionPreset,
  diffusionPresets,
  measureStepSeconds,
  type PresetSizePx,
  stepsWithin,
} from "../src/generators/diffusion/presets.ts";
import { priorFor } from "../src/generators/diffusion/prior.ts";
import { samplers } from "../src/generators/diffusion/samplers/index.ts";
import { halvesSheet } from "../src/image/halves-sheet.ts";
import { featureDistance } from "../src/metrics/feature-distance.ts";
import { powerRatios } from "../src/metrics/power-ratios.ts";
import { diffusionUnetPresets } from "../src/nn/networks/diffusion-unet.ts";
import { resolveRecipe } from "../src/recipes/resolve.ts";
import { TOLD_AUGMENTATION } from "../src/recipes/super-resolve/diffusion-settings.ts";
import { type Field, openFields } from "../src/recipes/super-resolve/fields.ts";
import { sharpItem } from "../src/recipes/super-resolve/sharp-item.ts";

const { values } = parseArgs({
  options: {
    real: { type: "string" },
    names: { type: "string", default: "" },
    patch: { type: "string", default: "64" },
    minutes: { type: "string", default: "12" },
    only: { type: "string", default: "" },
    images: { type: "string", default: "192" },
    seed: { type: "string", default: "0" },
    threads: { type: "string", default: "1" },
    json: { type: "string" },
    keep: { type: "string" },
  },
});
if (!values.real) {
  console.error("npm run bench -- generators --real FOLDER: real images are needed.");
  process.exit(1);
}
const sizePx = Number(values.patch) as PresetSizePx;
const minutes = Number(values.minutes);
const count = Number(values.images);
const stream = random(Number(values.seed));
const threads = Number(values.threads);

const { laptop96, laptop128 } = diffusionUnetPresets;
const preset = diffusionPresets[sizePx][10];
type Contestant = DiffusionPreset & Pick<DiffusionFitOptions, "pretrained">;
const pretrained: Contestant = { ...preset, pretrained: priorFor(preset.network) };
/** Who takes part, by edge. */
const contestants: Readonly<Record<PresetSizePx, Readonly<Record<string, Contestant>>>> = {
  64: {
    preset,
    pretrained,
    "min-snr": { ...preset, weighting: "min-snr" },
    middle: diffusionPresets[64][120],
  },
  96: {
    preset,
    pretrained,
    "laptop-96": { ...preset, network: laptop96 },
    middle: diffusionPresets[96][120],
  },
  128: {
    preset,
    pretrained,
    "laptop-96": { ...preset, network: laptop96 },
    "laptop-128": { ...preset, network: laptop128, learningRate: 7e-4 },
  },
};
const wanted = values.only === "" ? Object.keys(contestants[sizePx]) : values.only.split(",");

const { learned, judged } = await tilesOf(values.real);
const patches = await patchStream(memoryDataset("sharp", learned.map(sharpItem)), {
  sizePx,
  random: stream.fork("patches"),
  toldProbability: TOLD_AUGMENTATION,
});
const features = await openMicroscopyFeatures({ threads });
const realPatches = Array.from({ length: count }, (_, i) =>
  cropPlane(judged[i % judged.length]!.high, sizePx, stream.fork("judged", i)),
);
const real = await features.features(realPatches);

console.log(
  `${learned.length} tiles to learn from, ${count} patches of ${judged.length} others to judge by; ${minutes} minutes each, ${threads} threads.`,
);
const seconds = new Map(wanted.map((name) => [name, [] as number[]]));
for (let turn = 0; turn < 3; turn++)
  for (const name of wanted)
    seconds.get(name)!.push(await measureStepSeconds(contestants[sizePx][name]!, patches, { threads }));

const rows: object[] = [];
console.log("| network and loss | s per step | steps | kernel distance [95 %] | power of detail, coarse to fine |");
console.log("|---|--:|--:|--:|---|");
for (const name of wanted) {
  const chosen = contestants[sizePx][name]!;
  const secondsPerStep = seconds.get(name)!.sort((a, b) => a - b)[1]!;
  const steps = stepsWithin(minutes, secondsPerStep);
  const model = await fitDiffusion(patches, { ...chosen, steps, threads, random: stream.fork("fit") });
  const denoiser = await openDiffusion(model, { threads });
  const images: Plane[] = [];
  const drawn = generateImages(denoiser, { seed: 1, count, steps: 25, sampler: samplers["dpm-solver-2m"]() });
  for await (const { image } of drawn) images.push(image);
  await denoiser.release();
  const { value, low, high } = featureDistance(real, await features.features(images), stream.fork("interval"), {
    network: MICROSCOPY_FEATURES,
    measure: "kernel",
  });
  const detail = powerRatios(images, realPatches).map(({ ratio }) => Number(ratio.toFixed(2)));
  rows.push({ name, secondsPerStep, steps, seconds: model.seconds, kernelDistance: value, low, high, detail });
  const distance = `${value.toFixed(2)} [${low.toFixed(2)}, ${high.toFixed(2)}]`;
  console.log(`| ${name} | ${secondsPerStep.toFixed(2)} | ${steps} | ${distance} | ${detail.join(", ")} |`);
  if (values.keep) {
    mkdirSync(values.keep, { recursive: true });
    saveDiffusion(join(values.keep, `${name}.safetensors`), model);
    await writeRgbPng(join(values.keep, `${name}.png`), halvesSheet(realPatches, images));
  }
}
await features.release();
if (values.json) writeFileSync(values.json, `${JSON.stringify(rows, null, 2)}\n`);

/** Sharp tiles of the upper part of the images of a folder: two thirds to learn from, one third to judge by. */
async function tilesOf(real: string): Promise<{ learned: readonly Field[]; judged: readonly Field[] }> {
  const images = values.names === "" ? {} : { images: values.names.split(",") };
  const recipe = resolveRecipe({
    recipe: "super-resolve",
    fields: { ...images, tilePx: 2 * sizePx, holdOut: 0.35 },
  });
  if (recipe.recipe !== "super-resolve") throw new Error("another recipe");
  const { learn } = await openFields(recipe, real);
  const third = Math.ceil(learn.length / 3);
  return { judged: learn.slice(0, third), learned: learn.slice(third) };
}
