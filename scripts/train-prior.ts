/**
 * Trains the diffusion prior that the package ships, on simulated microscopy made on the fly; no real image is ever seen. A generator of few real images that
 * starts from it needs not learn from nothing what lines, rims and grains are.
 *
 *     node scripts/train-prior.ts [--steps 8000] [--seed 20241130] [--threads 2] [--checkpoint FILE] [--out FILE]
 *
 * Killed at any moment it continues from its checkpoint to the same bits.
 */

import { statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { random } from "../src/core/random.ts";
import { fitDiffusion } from "../src/generators/diffusion/fit.ts";
import { saveDiffusion } from "../src/generators/diffusion/model-file.ts";
import { diffusionPresets } from "../src/generators/diffusion/presets.ts";
import { slideStream } from "./prior/slides.ts";
import { specimenShelf } from "./specimens/specimen-shelf.ts";

const { values } = parseArgs({
  options: {
    steps: { type: "string", default: "8000" },
    seed: { type: "string", default: "20241130" },
    threads: { type: "string", default: "2" },
    checkpoint: { type: "string", default: join(tmpdir(), "fantascope-prior.safetensors") },
    out: {
      type: "string",
      default: fileURLToPath(new URL("../src/generators/diffusion/prior.safetensors", import.meta.url)),
    },
  },
});
const [steps, threads] = [Number(values.steps), Number(values.threads)];
const stream = random(Number(values.seed));

/** Specimens in all; each is imaged anew at every turn. */
const SPECIMENS = 4000;

const { sizePx, ...preset } = { sizePx: 64, ...diffusionPresets[64][10] };
const started = performance.now();
const model = await fitDiffusion(slideStream(specimenShelf(stream.fork("specimens")), SPECIMENS, sizePx), {
  ...preset,
  steps,
  threads,
  random: stream.fork("fit"),
  checkpointFile: values.checkpoint,
  onProgress({ done }) {
    if (done % 100 !== 0) return;
    const minutes = ((performance.now() - started) / 60000).toFixed(1);
    console.log(`step ${done} of ${steps}, ${minutes} min`);
  },
});
saveDiffusion(values.out, model);
console.log(`${values.out}: ${(statSync(values.out).size / 1e6).toFixed(2)} MB`);
