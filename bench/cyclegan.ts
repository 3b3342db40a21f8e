/**
 * One CycleGAN training step, generators and discriminators, against the same step in PyTorch (`peers/cyclegan.py`).
 *
 *     node bench/cyclegan.ts [--runs 9] [--warmups 2] [--threads 2] [--only small] [--json rows.json]
 *
 * PyTorch is looked for in the Python that FANTASCOPE_BENCH_PYTHON names, else in `python3`.
 */

import { fileURLToPath } from "node:url";
import { random } from "../src/core/random.ts";
import { type Shape, sizeOf } from "../src/core/shape.ts";
import { type Tensor, tensor } from "../src/core/tensor.ts";
import { runtimeVersion } from "../src/engine/session.ts";
import { compileStep, initialState } from "../src/engine/step.ts";
import { CONDITION_MAPS } from "../src/generators/condition.ts";
import { type CycleGanNetworks, networkPresets } from "../src/generators/cyclegan/networks.ts";
import { discriminatorStep, generatorStep } from "../src/generators/cyclegan/step.ts";
import { parameterCount } from "../src/nn/parameters.ts";
import { bench, benchOptions } from "./harness.ts";
import { contend } from "./peers/contender.ts";

/** Sizes of one step. */
interface Setting {
  readonly networks: CycleGanNetworks;
  readonly cropPx: number;
  /** Fraction of the DCT coefficients that pass between the generators. */
  readonly lowPass: number;
}

const settings: Record<string, Setting> = {
  "small preset, 96 px": { networks: networkPresets.compact, cropPx: 96, lowPass: 0.3 },
  "ResNet-6 ngf 32, PatchGAN 70 ndf 64, 128 px": {
    networks: { ...networkPresets.resnet6, generatorChannels: 32 },
    cropPx: 128,
    lowPass: 1,
  },
};

/** Our side: compiles the two steps and runs them whenever told to. */
async function ours({ networks, cropPx, lowPass }: Setting, threads: number): Promise<void> {
  const options = {
    networks,
    cropPx,
    lowPass,
    steps: 2000,
    learningRate: 2e-4,
    cycleWeight: 10,
    imageCycle: "all",
  } as const;
  const generators = await compileStep(generatorStep(options), { threads });
  const discriminators = await compileStep(discriminatorStep(options), { threads });
  const state = initialState([generators.graph, discriminators.graph], random(1));
  const mask = noise([1, CONDITION_MAPS.length, cropPx, cropPx], 2);
  const real = noise([1, 1, cropPx, cropPx], 3);
  const simulated = noise([1, 1, cropPx, cropPx], 4);
  const warmth = tensor(Float32Array.of(0), []); // the warm start is over for most of a training
  const rateScale: Tensor = { data: Float32Array.of(1), shape: [] };
  const count = parameterCount(generators.graph, "simToReal", "realToSim") + parameterCount(discriminators.graph);
  const identity = { name: "Fantascope", version: `onnxruntime ${runtimeVersion}`, workload: `${count} parameters` };
  await contend(identity, async () => {
    const { outputs } = await generators.run(state, { mask, real, simulated, warmth, rateScale });
    const fakes = { pooledReal: outputs.fakeReal!, pooledSim: outputs.fakeSim! };
    await discriminators.run(state, { mask, real, ...fakes, rateScale });
  });
}

function noise(shape: Shape, seed: number): Tensor {
  const stream = random(seed);
  return { data: Float32Array.from({ length: sizeOf(shape) }, () => Math.tanh(stream.normal())), shape };
}

/** The same setting in the words of the peer. */
function peerArguments({ networks, cropPx, lowPass }: Setting, threads: number) {
  const { generatorChannels, residualBlocks, discriminatorChannels, discriminatorLayers, upsample, spectralNorm } =
    networks;
  return {
    size: cropPx,
    batch: 1,
    simChannels: CONDITION_MAPS.length,
    realChannels: 1,
    generator: {
      baseChannels: generatorChannels,
      blocks: residualBlocks,
      norm: "instance",
      upsample,
      outputActivation: "tanh",
    },
    discriminator: { baseChannels: discriminatorChannels, layers: discriminatorLayers, norm: "instance", spectralNorm },
    keep: lowPass,
    threads,
  };
}

const [word, name, count] = process.argv.slice(2);
if (word === "contend") await ours(settings[name!]!, Number(count));
else {
  const options = benchOptions(process.argv.slice(2));
  const { threads } = options;
  const cases = Object.entries(settings).map(([name, setting]) => ({
    name,
    ours: { file: process.execPath, args: [fileURLToPath(import.meta.url), "contend", name, `${threads}`] },
    peer: {
      file: process.env.FANTASCOPE_BENCH_PYTHON ?? "python3",
      args: [
        "-B", // no __pycache__ in the checkout
        fileURLToPath(new URL("peers/cyclegan.py", import.meta.url)),
        JSON.stringify(peerArguments(setting, threads)),
      ],
    },
  }));
  await bench("CycleGAN training step", cases, options);
}
