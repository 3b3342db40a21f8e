/**
 * Steps that each sampler needs for images as good as those of 50 steps of Heun's method, which keep the contrast of all detail: what
 * `bench/diffusion.ts` takes as `--steps`.
 *
 *     npm run bench -- sampler-steps RUN_FOLDER [--seed 0] [--images 96] [--only ddim,heun] [--json rows.json]
 *     npm run bench -- sampler-steps FIT_FOLDER --real DIR [--images 96] [--only ddim,heun] [--json rows.json]
 *
 * All samplers draw the same image numbers with the generator of a super-resolution run, or one of `fantascope fit --generator diffusion --real DIR`. Good
 * is the kernel distance to patches of real images that it did not learn from, by Fantascope's own features; as good is a distance no further than the
 * 95 % interval of the reference reaches. Steps climb a ladder until a sampler is there; one that never gets there is told with its best.
 */

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { parse } from "yaml";
import { fitSplit } from "../src/cli/stages/fit-diffusion-generator.ts";
import type { Plane } from "../src/core/plane.ts";
import { random } from "../src/core/random.ts";
import { cropPlane } from "../src/data/crop.ts";
import { openDataset } from "../src/data/folder-dataset.ts";
import { MICROSCOPY_FEATURES, openMicroscopyFeatures } from "../src/features/index.ts";
import { generateImages } from "../src/generators/diffusion/generate.ts";
import { loadDiffusion } from "../src/generators/diffusion/model-file.ts";
import { openDiffusion } from "../src/generators/diffusion/open-diffusion.ts";
import { type SamplerName, samplers } from "../src/generators/diffusion/samplers/index.ts";
import { featureDistance } from "../src/metrics/feature-distance.ts";
import { resolveRecipe } from "../src/recipes/resolve.ts";
import { runFolder } from "../src/recipes/run-folder.ts";
import { openFields } from "../src/recipes/super-resolve/fields.ts";
import { heldOutPatches } from "../src/recipes/super-resolve/held-out.ts";
import { diffusionFile } from "../src/recipes/super-resolve/jobs/context.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    real: { type: "string" },
    seed: { type: "string", default: "0" },
    images: { type: "string", default: "96" },
    only: { type: "string", default: Object.keys(samplers).join() },
    threads: { type: "string", default: "2" },
    json: { type: "string" },
  },
});
const [folder] = positionals;
if (!folder) {
  console.error(
    "npm run bench -- sampler-steps FOLDER: the folder of a super-resolution run or of a fitted generator.",
  );
  process.exit(1);
}
const count = Number(values.images);

/** Steps to try, few to many; Heun asks the network twice a step. */
const LADDERS: Readonly<Record<SamplerName, readonly number[]>> = {
  ddpm: [100, 250],
  ddim: [25, 50, 100, 200],
  euler: [25, 50, 100, 200],
  "euler-ancestral": [100, 250],
  heun: [8, 13, 25],
  "dpm-solver-2m": [8, 12, 16, 25],
};
const REFERENCE = { sampler: "heun", steps: 50 } as const;

const stream = random(20261120);
const fitted = join(folder, "diffusion.safetensors");
const isFitted = existsSync(fitted);
const modelFile = isFitted ? fitted : diffusionFile(runFolder(folder), Number(values.seed));
const denoiser = await openDiffusion(loadDiffusion(modelFile), { threads: Number(values.threads) });
const features = await openMicroscopyFeatures({ threads: Number(values.threads) });
const real = await features.features(await (isFitted ? patchesHeldFrom(folder) : patchesOutside(folder)));

interface Row {
  readonly sampler: SamplerName;
  readonly steps: number;
  readonly evaluations: number;
  readonly kernelDistance: number;
  readonly low: number;
  readonly high: number;
}

console.log(
  `Kernel distance of ${count} images of ${denoiser.sizePx} px to ${count} real patches (${MICROSCOPY_FEATURES}):`,
);
const reference = await judged(REFERENCE.sampler, REFERENCE.steps);
const rows: Row[] = [reference];
const fewest: string[] = [];
for (const sampler of values.only.split(",") as SamplerName[]) {
  const tried: Row[] = [];
  for (const steps of LADDERS[sampler]) {
    tried.push(await judged(sampler, steps));
    if (tried.at(-1)!.kernelDistance <= reference.high) break;
  }
  rows.push(...tried);
  const best = tried.reduce((a, b) => (b.kernelDistance < a.kernelDistance ? b : a));
  if (best.kernelDistance <= reference.high) fewest.push(`${sampler}=${best.steps}`);
  else if (sampler === REFERENCE.sampler) fewest.push(`${sampler}=${REFERENCE.steps}`);
  else
    console.log(`${sampler} does not get there: ${best.kernelDistance.toFixed(3)} at best, with ${best.steps} steps.`);
}
console.log(`\nEqual kernel distance: --steps ${fewest.join(",")}`);
if (values.json) writeFileSync(values.json, `${JSON.stringify(rows, null, 2)}\n`);
await Promise.all([denoiser.release(), features.release()]);

/** Draws with a sampler, and tells how far from real that is. */
async function judged(sampler: SamplerName, steps: number): Promise<Row> {
  const images: Plane[] = [];
  for await (const { image } of generateImages(denoiser, { seed: 1, count, steps, sampler: samplers[sampler]() }))
    images.push(image);
  const { value, low, high } = featureDistance(real, await features.features(images), stream.fork("interval"), {
    network: MICROSCOPY_FEATURES,
    measure: "kernel",
  });
  const row = {
    sampler,
    steps,
    evaluations: samplers[sampler]().evaluations(steps),
    kernelDistance: value,
    low,
    high,
  };
  const interval = `[${low.toFixed(3)}, ${high.toFixed(3)}]`;
  console.log(`  ${sampler.padEnd(16)} ${String(steps).padStart(3)} steps  ${value.toFixed(3)} ${interval}`);
  return row;
}

/** Patches of the part of the images that was held out while the generator was fitted. */
async function patchesHeldFrom(fit: string): Promise<Plane[]> {
  const { seed, channel, judge } = JSON.parse(readFileSync(join(fit, "training.json"), "utf8"));
  if (values.real === undefined || !judge)
    throw new Error(`${fit}: --real must name the images that it was fitted to, a part of them held out`);
  const dataset = await openDataset(values.real);
  const { sizePx } = denoiser;
  const split = await fitSplit(dataset, { patchPx: sizePx, seed, channel });
  if (!split) throw new Error(`${fit}: nothing was held out`);
  return Array.from({ length: count }, (_, k) =>
    cropPlane(split.held[k % split.held.length]!, sizePx, stream.fork("real patch", k)),
  );
}

/** Patches of the run's fields that its generators did not learn from. */
async function patchesOutside(run: string): Promise<Plane[]> {
  const recipe = resolveRecipe(parse(readFileSync(runFolder(run).file("recipe.yaml"), "utf8")));
  if (recipe.recipe !== "super-resolve" || recipe.real === undefined)
    throw new Error(`${run} is no super-resolution run on real images`);
  const fields = await openFields(recipe, recipe.real, recipe.test);
  return heldOutPatches(recipe, fields, count).map(({ image }) => image);
}
