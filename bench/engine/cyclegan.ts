import { random } from "../../src/core/random.ts";
import { tensor } from "../../src/core/tensor.ts";
import { productOperations } from "../../src/engine/diagnostics/product-operations.ts";
import { compileStep, initialState } from "../../src/engine/step.ts";
import { CONDITION_MAPS } from "../../src/generators/condition.ts";
import { networkPresets, simToReal } from "../../src/generators/cyclegan/networks.ts";
import { discriminatorStep, generatorStep } from "../../src/generators/cyclegan/step.ts";
import { parameterCount } from "../../src/nn/parameters.ts";
import { forward, noises, type Row, type RowOptions, type Work } from "./row.ts";

const networks = { ...networkPresets.resnet6, generatorChannels: 32 };
const shared = {
  size: 128,
  batch: 1,
  simChannels: CONDITION_MAPS.length,
  realChannels: 1,
  generator: {
    baseChannels: networks.generatorChannels,
    blocks: networks.residualBlocks,
    norm: "instance",
    upsample: networks.upsample,
    outputActivation: "tanh",
  },
};
const discriminator = {
  baseChannels: networks.discriminatorChannels,
  layers: networks.discriminatorLayers,
  norm: "instance",
  spectralNorm: networks.spectralNorm,
};

const settings = {
  networks,
  cropPx: 128,
  lowPass: 1,
  steps: 2000,
  learningRate: 2e-4,
  cycleWeight: 10,
  imageCycle: "all",
} as const;

/** Both halves of a CycleGAN's training step, and one of its generators at work. */
export const cycleGanRows: Readonly<Record<string, Row>> = {
  "CycleGAN training step, 2 × ResNet-6 ngf 32, 1×1×128²": {
    ours: bothSteps,
    steps: () => [generatorStep(settings), discriminatorStep(settings)],
    peer: { file: "cyclegan.py", arguments: { ...shared, discriminator, keep: 1 } },
  },
  "ResNet-6 ngf 32 forward, 1×3×128²": {
    ours: (options) =>
      forward(
        (graph) => ({ y: simToReal(graph.input("x", [1, CONDITION_MAPS.length, 128, 128]), networks, "inference") }),
        options,
      ),
    peer: { file: "engine.py", arguments: { work: "generator forward", ...shared } },
  },
};

async function bothSteps(options: RowOptions): Promise<Work> {
  const [generators, discriminators] = [generatorStep(settings), discriminatorStep(settings)];
  const moved = [await compileStep(generators, options), await compileStep(discriminators, options)] as const;
  const state = initialState([generators.graph, discriminators.graph], random(1));
  const inputs = { ...noises(generators.graph.inputs), warmth: tensor(Float32Array.of(0), []) };
  return {
    parameters: parameterCount(generators.graph, "simToReal", "realToSim") + parameterCount(discriminators.graph),
    operations: productOperations(generators) + productOperations(discriminators),
    async run() {
      const { outputs } = await moved[0].run(state, inputs);
      await moved[1].run(state, { ...inputs, pooledReal: outputs.fakeReal!, pooledSim: outputs.fakeSim! });
    },
  };
}
