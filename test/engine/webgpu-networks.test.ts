import { describe, expect, test } from "vitest";
import * as ort from "#onnxruntime";
import { random } from "../../src/core/random.ts";
import { sizeOf } from "../../src/core/shape.ts";
import type { DeviceName } from "../../src/engine/devices.ts";
import { createGraph } from "../../src/engine/graph.ts";
import { lower } from "../../src/engine/lowerings/index.ts";
import { uniformNoise } from "../../src/engine/ops/index.ts";
import { bringHome, compileStep, initialState, type StepGraph, stepResults } from "../../src/engine/step.ts";
import { networkPresets } from "../../src/generators/cyclegan/networks.ts";
import { discriminatorStep, generatorStep } from "../../src/generators/cyclegan/step.ts";
import { denoise } from "../../src/generators/diffusion/network.ts";
import { diffusionPresets } from "../../src/generators/diffusion/presets.ts";
import { cosine } from "../../src/generators/diffusion/schedules/index.ts";
import { diffusionStep } from "../../src/generators/diffusion/step.ts";
import { encodeModel } from "../../src/onnx/encode.ts";
import { segmenterStep } from "../../src/tasks/segment/fit.ts";
import { fitSuperResolver } from "../../src/tasks/super-resolve/fit.ts";
import { superResolverStep } from "../../src/tasks/super-resolve/step.ts";
import { toyPair } from "../tasks/super-resolve-toy.ts";
import { missingWebgpu } from "./webgpu.ts";

const missing = await missingWebgpu("networks on WebGPU");

const cycleGan = {
  networks: networkPresets.compact,
  cropPx: 32,
  steps: 10,
  lowPass: 0.3,
  learningRate: 1e-4,
  cycleWeight: 10,
  imageCycle: "foreground" as const,
};

/** The training steps of everything that a command trains, on small pictures. */
const steps: Readonly<Record<string, () => StepGraph>> = {
  segmenter: () => segmenterStep({ batchSize: 1, cropPx: 32, peakLearningRate: 1e-3, steps: 10 }),
  "super-resolver": () => superResolverStep({ network: "gated", scale: 1, steps: 10, cropPx: 32, batchSize: 1 }),
  "CycleGAN, generators": () => generatorStep(cycleGan),
  "CycleGAN, discriminators": () => discriminatorStep(cycleGan),
  "diffusion model": () => {
    const { network } = diffusionPresets[64][10];
    const settings = { network, conditionPlanes: 0, sizePx: 32, schedule: cosine(), prediction: "velocity" } as const;
    return diffusionStep({
      network: (inputs) => denoise(inputs, settings, { mode: "train" }),
      batchSize: 1,
      channels: 1,
      sizePx: 32,
      conditionPlanes: 0,
      augmentationFeatures: 0,
      learningRate: 1e-3,
      warmupSteps: 1,
      rateDecay: "constant",
      steps: 10,
      weightDecay: 0,
      emaDecay: 0.99,
    });
  },
};

describe.skipIf(missing !== undefined)("three steps on WebGPU", () => {
  test.each(Object.entries(steps))(
    "%s: outputs as on the processor",
    async (_, make) => {
      const [here, there] = [await course(make(), "cpu"), await course(make(), "webgpu")];
      // later steps add up what Adam makes of gradients near zero, where rounding decides a sign
      here.forEach((numbers, i) => {
        expect(there[i]!).toBeAllclose(numbers, { relative: 1e-3, absolute: 1e-4 });
      });
    },
    600_000,
  );
});

describe.skipIf(missing !== undefined)("trainings that look at their weights on the way, on WebGPU", () => {
  test("a super-resolver keeps the weights that did best", async () => {
    const trained = (device: DeviceName) =>
      fitSuperResolver(
        {
          drawPair: (source) => toyPair(source, { edgePx: 16 }),
          drawValidationPair: (source) => toyPair(source, { edgePx: 16 }),
        },
        { random: random(1), steps: 4, batchSize: 1, cropPx: 16, validateEverySteps: 2, validationBatches: 1, device },
      );
    const [here, there] = [await trained("cpu"), await trained("webgpu")];
    expect(there.validation.map(({ loss }) => loss)).toBeAllclose(
      here.validation.map(({ loss }) => loss),
      { relative: 1e-3, absolute: 0 },
    );
    expect(there.keptStep).toBe(here.keptStep);
    for (const [name, { data }] of here.state)
      expect(there.state.get(name)!.data, name).toBeAllclose(data, { relative: 1e-2, absolute: 1e-3 });
  }, 600_000);
});

describe.skipIf(missing !== undefined)("where the nodes of a training step are computed", () => {
  /** Opens a step on WebGPU alone: the runtime refuses when it would leave a node to the processor. */
  async function alone(target: StepGraph): Promise<void> {
    const { model } = await lower("auto", target.graph, stepResults(target), { device: "webgpu" });
    const options = { executionProviders: ["webgpu"], logSeverityLevel: 4 } as const;
    const extra = { session: { disable_cpu_ep_fallback: "1" } };
    const session = await ort.InferenceSession.create(encodeModel(model), { ...options, extra });
    await session.release();
  }

  test.each(Object.entries(steps))("%s: all of them on WebGPU", async (_, make) => alone(make()));

  test("not so the random numbers of dropout", async () => {
    const graph = createGraph();
    const noise = uniformNoise([8], { seed: graph.input("seed", []), counter: graph.input("counter", []), key: "a" });
    await expect(alone({ graph, outputs: { noise } })).rejects.toThrow(/CPU/);
  });
});

/** All outputs of three steps on noise, as one list each. */
async function course(target: StepGraph, device: DeviceName): Promise<number[][]> {
  const step = await compileStep(target, { device });
  const state = initialState([target.graph], random(0));
  const noise = random(0).fork("inputs");
  const inputs = Object.fromEntries(
    [...target.graph.inputs].map(([name, { shape }]) => [
      name,
      { data: Float32Array.from({ length: sizeOf(shape) }, () => noise.uniform()), shape },
    ]),
  );
  const found: number[][] = [];
  for (let i = 0; i < 3; i++) {
    const { outputs } = await step.run(state, inputs);
    found.push(Object.values(outputs).flatMap(({ data }) => [...data]));
  }
  await bringHome(state);
  await step.release();
  return found;
}
