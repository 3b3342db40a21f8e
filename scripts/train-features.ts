/**
 * Trains the feature network that the package ships, on simulated microscopy made on the fly; no real image is ever seen.
 *
 *     node scripts/train-features.ts [--steps 2000] [--seed 20240801] [--threads 1] [--checkpoint FILE] [--out FILE]
 *
 * About seven minutes of processor time on one core of an AMD EPYC. Killed at any moment it continues from its checkpoint to the same bits. The card of the
 * network is docs/features.md; `npm run bench -- features` measures what the result is worth on real images.
 */

import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { random } from "../src/core/random.ts";
import { saveFeatureWeights } from "./features/save-weights.ts";
import { featureTraining } from "./features/training.ts";

const { values } = parseArgs({
  options: {
    steps: { type: "string", default: "2000" },
    seed: { type: "string", default: "20240801" },
    threads: { type: "string", default: "1" },
    checkpoint: { type: "string", default: join(tmpdir(), "fantascope-features.safetensors") },
    out: {
      type: "string",
      default: fileURLToPath(new URL("../src/features/microscopy-features.safetensors", import.meta.url)),
    },
  },
});
const [steps, seed, threads] = [Number(values.steps), Number(values.seed), Number(values.threads)];
const started = performance.now();
const state = await featureTraining({
  steps,
  threads,
  random: random(seed),
  checkpointFile: values.checkpoint,
  onStep(step, terms) {
    if ((step + 1) % 50 !== 0) return;
    const minutes = ((performance.now() - started) / 60000).toFixed(1);
    const text = Object.entries(terms).map(([name, value]) => `${name} ${value.toFixed(3)}`);
    console.log(`step ${step + 1} of ${steps}, ${minutes} min: ${text.join(", ")}`);
  },
});
const bytes = await saveFeatureWeights(values.out, state, { random: random(seed), steps, seed, threads });
console.log(`${values.out}: ${(bytes / 1e6).toFixed(2)} MB`);
