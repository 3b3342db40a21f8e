/**
 * Seconds that a new image takes with each sampler, against the same network in PyTorch, driven by diffusers
 * (`peers/diffusion.py`).
 *
 *     node bench/diffusion.ts [--steps ddpm=250,heun=10] [--images 1] [--only 64²] [--runs 9] [--json rows.json]
 *
 * `--steps` overrides the table below, where step counts of equal quality belong; `--images` is how many are drawn
 * together. Weights are random: the time does not depend on them. FANTASCOPE_BENCH_PYTHON names the Python that has
 * PyTorch and diffusers, else `python3`.
 */

import { fileURLToPath } from "node:url";
import { random } from "../src/core/random.ts";
import { tensor } from "../src/core/tensor.ts";
import { createGraph } from "../src/engine/graph.ts";
import { runtimeVersion } from "../src/engine/session.ts";
import { compileFunction, initialState } from "../src/engine/step.ts";
import type { Denoiser } from "../src/generators/diffusion/denoiser.ts";
import { sampleDiffusion } from "../src/generators/diffusion/sample.ts";
import { type SamplerName, samplers } from "../src/generators/diffusion/samplers/index.ts";
import { noiseSchedules } from "../src/generators/diffusion/schedules/index.ts";
import { diffusionUnet, diffusionUnetPresets } from "../src/nn/networks/index.ts";
import { parameterCount } from "../src/nn/parameters.ts";
import { scope } from "../src/nn/scope.ts";
import { bench, benchOptions } from "./harness.ts";
import { contend } from "./peers/contender.ts";

/** Steps of each sampler for images as good as those of 50 of Heun's, by `sampler-steps.ts` (docs/results.md); Euler walks as DDIM does. */
const STEPS: Readonly<Record<SamplerName, number>> = {
  ddpm: 100,
  ddim: 25,
  euler: 25,
  "euler-ancestral": 100,
  heun: 13,
  "dpm-solver-2m": 8,
};

/** Networks by the size that they draw, px. */
const networks = { 64: diffusionUnetPresets.laptop64, 128: diffusionUnetPresets.laptop128 } as const;

/** One image size and sampler. */
interface Setting {
  readonly sampler: SamplerName;
  readonly steps: number;
  readonly sizePx: keyof typeof networks;
  readonly images: number;
  readonly threads: number;
}

/** Our side: compiles the network and draws images whenever told to. */
async function ours({ sampler: name, steps, sizePx, images, threads }: Setting): Promise<void> {
  const graph = createGraph();
  const inputs = { xt: graph.input("xt", [images, 1, sizePx, sizePx]), t: graph.input("t", [images]) };
  const config = { ...networks[sizePx], inputChannels: 1, outputChannels: 1, mode: "inference" } as const;
  const predicted = diffusionUnet(scope(graph, "net"), inputs, config);
  const state = initialState([graph], random(1));
  const network = await compileFunction(graph, { predicted }, { threads, lowering: "auto", state });
  const denoiser: Denoiser = {
    schedule: noiseSchedules.cosine(),
    prediction: "velocity",
    async predict(xt, timestep) {
      const t = tensor(new Float32Array(images).fill(timestep), [images]);
      return (await network.run({ xt, t })).predicted!;
    },
  };
  const sampler = samplers[name]();
  const workload = `${parameterCount(graph)} parameters, ${sampler.evaluations(steps)} evaluations`;
  const randoms = Array.from({ length: images }, (_, image) => random(2).fork(image));
  await contend({ name: "Fantascope", version: `onnxruntime ${runtimeVersion}`, workload }, async () => {
    await sampleDiffusion(denoiser, { sampler, steps, shape: [1, sizePx, sizePx], randoms });
  });
}

/** Takes `--name value` out of a command line. */
function taken(argv: string[], name: string): string | undefined {
  const at = argv.indexOf(`--${name}`);
  return at < 0 ? undefined : argv.splice(at, 2)[1];
}

const [word, setting] = process.argv.slice(2);
if (word === "contend") await ours(JSON.parse(setting!));
else {
  const argv = process.argv.slice(2);
  const chosen = (taken(argv, "steps") ?? "").split(",").filter(Boolean);
  const steps: Record<string, number> = {
    ...STEPS,
    ...Object.fromEntries(chosen.map((each) => each.split("=")).map(([name, count]) => [name, Number(count)])),
  };
  const images = Number(taken(argv, "images") ?? 1);
  const options = benchOptions(argv);
  const settings = ([64, 128] as const).flatMap((sizePx) =>
    (Object.keys(samplers) as SamplerName[]).map((sampler) => ({
      sampler,
      steps: steps[sampler]!,
      sizePx,
      images,
      threads: options.threads,
    })),
  );
  const cases = settings.map((setting) => ({
    name: `${setting.sampler}, ${setting.steps} steps, ${images}×1×${setting.sizePx}²`,
    ours: { file: process.execPath, args: [fileURLToPath(import.meta.url), "contend", JSON.stringify(setting)] },
    peer: {
      file: process.env.FANTASCOPE_BENCH_PYTHON ?? "python3",
      args: [
        "-B", // no __pycache__ in the checkout
        fileURLToPath(new URL("peers/diffusion.py", import.meta.url)),
        JSON.stringify({ ...setting, network: networks[setting.sizePx] }),
      ],
    },
  }));
  const rows = await bench(`Diffusion, ${images} at once`, cases, options);
  const seconds = (ms: number | undefined) => (ms === undefined ? "–" : (ms / images / 1000).toFixed(3));
  console.log("Seconds per image:");
  for (const { name, ours, peer } of rows)
    console.log(`  ${name}: ours ${seconds(ours.medianMs)}, peer ${seconds(peer?.medianMs)}`);
}
