/**
 * Training steps and trained networks of the engine, against the same work in PyTorch (`peers/engine.py`, `peers/cyclegan.py`).
 *
 *     node bench/engine.ts [--runs 9] [--warmups 2] [--threads 2] [--only U-Net] [--json rows.json]
 *
 * FANTASCOPE_BENCH_PYTHON names the Python that has PyTorch, else `python3`; FANTASCOPE_BENCH_LOWERING compares another lowering.
 */

import { fileURLToPath } from "node:url";
import { random } from "../src/core/random.ts";
import { type Shape, sizeOf } from "../src/core/shape.ts";
import { type Tensor, tensor } from "../src/core/tensor.ts";
import { createGraph, type Value } from "../src/engine/graph.ts";
import type { LoweringChoice } from "../src/engine/lowerings/index.ts";
import { runtimeVersion } from "../src/engine/session.ts";
import { compileFunction, compileStep, initialState, type StepGraph } from "../src/engine/step.ts";
import { CONDITION_MAPS } from "../src/generators/cyclegan/condition.ts";
import { networkPresets, simToReal } from "../src/generators/cyclegan/networks.ts";
import { discriminatorStep, generatorStep } from "../src/generators/cyclegan/step.ts";
import { parameterCount } from "../src/nn/parameters.ts";
import { segmenterStep } from "../src/tasks/segment/fit.ts";
import { MAP_NAMES, segmenterConfig, segmenterLogits } from "../src/tasks/segment/network.ts";
import { bench, benchOptions } from "./harness.ts";
import { contend } from "./peers/contender.ts";

/** One row: our work, ready to be run, and how the peer is told to do the same. */
interface Row {
  ours(options: {
    threads: number;
    lowering: LoweringChoice;
  }): Promise<{ parameters: number; run: () => Promise<void> }>;
  readonly peer: { readonly file: "engine.py" | "cyclegan.py"; readonly arguments: Readonly<Record<string, unknown>> };
}

const networks = { ...networkPresets.resnet6, generatorChannels: 32 };
const generator = {
  baseChannels: networks.generatorChannels,
  blocks: networks.residualBlocks,
  norm: "instance",
  upsample: networks.upsample,
  outputActivation: "tanh",
};
const { generatorChannels: _, ...judge } = networks;
const channels = { simChannels: CONDITION_MAPS.length, realChannels: 1 };
const unet = { channels: segmenterConfig.channels, outputs: MAP_NAMES.length, batch: 8, size: 128 };

const rows: Record<string, Row> = {
  "CycleGAN training step, 2 × ResNet-6 ngf 32, 1×1×128²": {
    async ours(options) {
      const settings = { networks, cropPx: 128, lowPass: 1, steps: 2000, learningRate: 2e-4, cycleWeight: 10 };
      const [generators, discriminators] = [generatorStep(settings), discriminatorStep(settings)];
      const moved = [await compileStep(generators, options), await compileStep(discriminators, options)] as const;
      const state = initialState([generators.graph, discriminators.graph], random(1));
      const inputs = { ...noises(generators.graph.inputs), warmth: tensor(Float32Array.of(0), []) };
      const parameters =
        parameterCount(generators.graph, "simToReal", "realToSim") + parameterCount(discriminators.graph);
      return {
        parameters,
        async run() {
          const { outputs } = await moved[0].run(state, inputs);
          await moved[1].run(state, { ...inputs, pooledReal: outputs.fakeReal!, pooledSim: outputs.fakeSim! });
        },
      };
    },
    peer: {
      file: "cyclegan.py",
      arguments: {
        size: 128,
        batch: 1,
        ...channels,
        generator,
        discriminator: {
          baseChannels: judge.discriminatorChannels,
          layers: judge.discriminatorLayers,
          norm: "instance",
          spectralNorm: judge.spectralNorm,
        },
        keep: 1,
      },
    },
  },
  "U-Net segmenter training step, 8×1×128²": {
    ours: (options) => step(segmenterStep({ batchSize: 8, cropPx: 128, peakLearningRate: 1e-4, steps: 100 }), options),
    peer: { file: "engine.py", arguments: { work: "segmenter step", ...unet } },
  },
  "ResNet-6 ngf 32 forward, 1×3×128²": {
    ours: (options) => forward([1, CONDITION_MAPS.length, 128, 128], (x) => simToReal(x, networks), options),
    peer: { file: "engine.py", arguments: { work: "generator forward", size: 128, batch: 1, ...channels, generator } },
  },
  "U-Net segmenter forward, 8×1×128²": {
    ours: (options) => forward([8, 1, 128, 128], (x) => segmenterLogits(x, "inference"), options),
    peer: { file: "engine.py", arguments: { work: "segmenter forward", ...unet } },
  },
};

type Compile = Parameters<Row["ours"]>[0];

async function step(target: StepGraph, options: Compile) {
  const compiled = await compileStep(target, options);
  const state = initialState([target.graph], random(1));
  const inputs = noises(target.graph.inputs);
  return { parameters: parameterCount(target.graph), run: async () => void (await compiled.run(state, inputs)) };
}

async function forward(shape: Shape, network: (x: Value) => Value, options: Compile) {
  const graph = createGraph();
  const y = network(graph.input("x", shape));
  const compiled = await compileFunction(graph, { y }, { ...options, state: initialState([graph], random(1)) });
  const inputs = noises(graph.inputs);
  return { parameters: parameterCount(graph), run: async () => void (await compiled.run(inputs)) };
}

function noises(inputs: ReadonlyMap<string, Value>): Record<string, Tensor> {
  const noise = (name: string, shape: Shape) => {
    const stream = random(2).fork(name);
    return Float32Array.from({ length: sizeOf(shape) }, () => stream.uniform());
  };
  return {
    ...Object.fromEntries([...inputs].map(([name, { shape }]) => [name, tensor(noise(name, shape), shape)])),
    rateScale: tensor(Float32Array.of(1), []),
  };
}

const [word, name, threads] = process.argv.slice(2);
if (word === "contend") {
  const lowering = (process.env.FANTASCOPE_BENCH_LOWERING ?? "auto") as LoweringChoice;
  const { parameters, run } = await rows[name!]!.ours({ threads: Number(threads), lowering });
  const version = `onnxruntime ${runtimeVersion}, ${lowering}`;
  await contend({ name: "Fantascope", version, workload: `${parameters} parameters` }, run);
} else {
  const options = benchOptions(process.argv.slice(2));
  const cases = Object.entries(rows).map(([name, { peer }]) => ({
    name,
    ours: { file: process.execPath, args: [fileURLToPath(import.meta.url), "contend", name, `${options.threads}`] },
    peer: {
      file: process.env.FANTASCOPE_BENCH_PYTHON ?? "python3",
      args: [
        "-B", // no __pycache__ in the checkout
        fileURLToPath(new URL(`peers/${peer.file}`, import.meta.url)),
        JSON.stringify({ ...peer.arguments, threads: options.threads }),
      ],
    },
  }));
  await bench("Engine", cases, options);
}
