/**
 * Steps that each sampler needs for images as good as those of 50 steps of Heun's method, which keep the contrast of all detail: what `bench/diffusion.ts` takes as `--steps`.
 *
 *     npm run bench -- sampler-steps MODEL.safetensors --real FOLDER [--names a,b] [--images 192] [--only ddim,heun] [--json rows.json]
 *
 * All samplers draw the same image numbers with the averaged weights of a trained model. Good is the kernel distance to patches of real images by
 * Fantascope's own features; as good is a distance no further than the 95 % interval of the reference reaches. Steps climb a ladder until a sampler
 * is there; one that never gets there is told with its best.
 */

import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import type { Plane } from "../src/core/plane.ts";
import { random } from "../src/core/random.ts";
import { cropPlane } from "../src/data/crop.ts";
import { openDataset } from "../src/data/folder-dataset.ts";
import { brightestChannel, unitPlane } from "../src/data/unit-plane.ts";
import { MICROSCOPY_FEATURES, openMicroscopyFeatures } from "../src/features/index.ts";
import { generateImages } from "../src/generators/diffusion/generate.ts";
import { loadDiffusion } from "../src/generators/diffusion/model-file.ts";
import { openDiffusion } from "../src/generators/diffusion/open-diffusion.ts";
import { type SamplerName, samplers } from "../src/generators/diffusion/samplers/index.ts";
import { standardDeviation } from "../src/image/standard-deviation.ts";
import { featureDistance } from "../src/metrics/feature-distance.ts";
import { LEAST_CONTRAST } from "../src/recipes/super-resolve/fields.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    real: { type: "string" },
    names: { type: "string", default: "" },
    images: { type: "string", default: "192" },
    only: { type: "string", default: Object.keys(samplers).join() },
    threads: { type: "string", default: "2" },
    json: { type: "string" },
  },
});
const [file] = positionals;
if (!file || !values.real) {
  console.error(
    "npm run bench -- sampler-steps MODEL.safetensors --real FOLDER: a trained diffusion model and real images are needed.",
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
const denoiser = await openDiffusion(loadDiffusion(file), { threads: Number(values.threads) });
const features = await openMicroscopyFeatures({ threads: Number(values.threads) });
const real = await features.features(await realPatches(values.real, denoiser.sizePx));

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

/** Lively patches at random places of the images of a folder, on the unit scale. */
async function realPatches(folder: string, sizePx: number): Promise<Plane[]> {
  const dataset = await openDataset(folder);
  const wanted = values.names === "" ? undefined : values.names.split(",");
  const planes: Plane[] = [];
  for (const [index, { name }] of dataset.entries.entries())
    if (wanted?.includes(name) ?? true) {
      const { image, annotations } = await dataset.get(index);
      planes.push(unitPlane(brightestChannel(annotations.partner ?? image)));
    }
  const patches: Plane[] = [];
  for (let draw = 0; patches.length < count; draw++) {
    const patch = cropPlane(planes[draw % planes.length]!, sizePx, stream.fork("patch", draw));
    if (standardDeviation(patch) >= LEAST_CONTRAST) patches.push(patch);
  }
  return patches;
}
