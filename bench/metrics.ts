/**
 * Realism metrics on feature sets, against SciPy and torch-fidelity (`peers/metrics.py`): Fréchet and kernel distance.
 *
 *     node bench/metrics.ts [--runs 5] [--warmups 1] [--threads 2] [--only kernel] [--json rows.json]
 *
 * Ours compute on one thread. Either side draws normal features of its own: the numbers differ, the work does not. The peer is looked
 * for in the Python that FANTASCOPE_BENCH_PYTHON names, else in `python3`; without torch-fidelity it is SciPy.
 */

import { fileURLToPath } from "node:url";
import type { FeatureMatrix } from "../src/core/feature-matrix.ts";
import { random } from "../src/core/random.ts";
import { frechetDistance, kernelDistance } from "../src/metrics/index.ts";
import { bench, benchOptions } from "./harness.ts";
import { contend } from "./peers/contender.ts";

interface Setting {
  readonly metric: "frechet" | "kernel";
  readonly images: number;
  readonly dimensions: number;
}

const settings: Record<string, Setting> = {
  "Fréchet distance, 1000 images, 128 features": { metric: "frechet", images: 1000, dimensions: 128 },
  "Fréchet distance, 1000 images, 2048 features": { metric: "frechet", images: 1000, dimensions: 2048 },
  "kernel distance, 1000 images, 128 features": { metric: "kernel", images: 1000, dimensions: 128 },
  "kernel distance, 1000 images, 2048 features": { metric: "kernel", images: 1000, dimensions: 2048 },
};

const metrics = { frechet: frechetDistance, kernel: kernelDistance };

async function ours({ metric, images, dimensions }: Setting): Promise<void> {
  const draw = random(1);
  const features = (shift: number): FeatureMatrix => ({
    data: Float32Array.from({ length: images * dimensions }, () => draw.normal() + shift),
    count: images,
    dimensions,
  });
  const [real, generated] = [features(0), features(0.1)];
  const workload = `${metric} of 2 × ${images} × ${dimensions}`;
  await contend({ name: "Fantascope", version: `node ${process.version}`, workload }, async () => {
    metrics[metric](real, generated);
  });
}

const [word, name] = process.argv.slice(2);
if (word === "contend") await ours(settings[name!]!);
else {
  const options = benchOptions(process.argv.slice(2));
  const cases = Object.entries(settings).map(([name, setting]) => ({
    name,
    ours: { file: process.execPath, args: [fileURLToPath(import.meta.url), "contend", name] },
    peer: {
      file: process.env.FANTASCOPE_BENCH_PYTHON ?? "python3",
      args: [
        "-B", // no __pycache__ in the checkout
        fileURLToPath(new URL("peers/metrics.py", import.meta.url)),
        JSON.stringify({ ...setting, threads: options.threads }),
      ],
    },
  }));
  await bench("Realism metrics", cases, options);
}
