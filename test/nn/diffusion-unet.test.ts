import { describe, expect, test } from "vitest";
import { ShapeError } from "../../src/core/errors.ts";
import { random } from "../../src/core/random.ts";
import { gradient } from "../../src/engine/gradient.ts";
import { createGraph, type Value } from "../../src/engine/graph.ts";
import { adam } from "../../src/engine/optimizers/adam.ts";
import { compileFunction, compileStep, initialState } from "../../src/engine/step.ts";
import { timestepEmbedding } from "../../src/nn/layers/timestep-embedding.ts";
import { mse } from "../../src/nn/losses.ts";
import { type DiffusionUnetConfig, diffusionUnet, diffusionUnetPresets } from "../../src/nn/networks/index.ts";
import { parameterCount } from "../../src/nn/parameters.ts";
import { scope } from "../../src/nn/scope.ts";
import { type Build, built, expectSameNetwork, numbersOf } from "./comparison.ts";
import { fixture, stateFrom } from "./fixture.ts";

const tiny = { inputChannels: 1, outputChannels: 1, baseChannels: 4, blocks: 1, skips: "all", mode: "train" } as const;

/** Each fixture with the configuration that must equal it. */
const configs: Record<string, DiffusionUnetConfig> = {
  "diffusion-scale-shift": {
    ...tiny,
    conditionChannels: 2,
    multipliers: [1, 2],
    attentionLevels: [1],
    heads: 2,
    groups: 2,
    timeCondition: "scale-shift",
  },
  "diffusion-add": {
    ...tiny,
    outputChannels: 2,
    multipliers: [1, 1, 2],
    attentionLevels: [],
    heads: 4,
    groups: 4,
    timeCondition: "add",
  },
  "diffusion-blocks": {
    ...tiny,
    multipliers: [1, 2],
    attentionLevels: [0],
    heads: 1,
    groups: 1,
    timeCondition: "add",
    skips: "blocks",
  },
};

const network =
  (name: string): Build =>
  (graph, { xt, t, condition }) => ({
    y: diffusionUnet(scope(graph, "net"), { xt: xt!, t: t!, ...(condition && { condition }) }, configs[name]!),
  });

test.each(Object.keys(configs))("%s: output and every gradient are PyTorch's", async (name) => {
  const expected = fixture(name);
  await expectSameNetwork(expected, (graph, { eps: _, ...inputs }, mode) => network(name)(graph, inputs, mode));
});

test("five steps of Adam follow PyTorch's curve", async () => {
  const expected = fixture("diffusion-scale-shift");
  const { graph, inputs, outputs } = built(expected, network("diffusion-scale-shift"), "train");
  const loss = mse(outputs.y!, inputs.eps!);
  const parameters = graph.parameters();
  adam({ learningRate: 1e-3 }).update(graph, { name: "adam", parameters, gradients: gradient(loss, parameters) });
  const step = await compileStep(graph, { outputs: { loss } });
  const state = stateFrom([graph], expected.below("state"));
  const rateScale = { data: Float32Array.of(1), shape: [] };
  const curve: number[] = [];
  for (let index = 0; index < 5; index++) {
    const { outputs } = await step.run(state, { ...numbersOf(expected, inputs), rateScale });
    curve.push(outputs.loss!.data[0]!);
  }
  await step.release();
  expect(curve).toBeAllclose(expected.tensor("curve").data, { relative: 2e-6 });
  expect(curve[4]).toBeLessThan(curve[0]!);
});

/** A network of three levels with what it is given. */
function small(change: Partial<DiffusionUnetConfig> = {}, side = 8, channels = 1, condition?: number) {
  const graph = createGraph();
  const config: DiffusionUnetConfig = { ...configs["diffusion-add"]!, outputChannels: 1, ...change };
  const inputs = {
    xt: graph.input("xt", [2, channels, side, side]),
    t: graph.input("t", [2]),
    ...(condition && { condition: graph.input("condition", [2, condition, side, side]) }),
  };
  return { graph, y: diffusionUnet(scope(graph, "net"), inputs, config) };
}

const numbers = (shape: readonly number[]) => {
  const stream = random(5);
  return { data: Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => stream.normal()), shape };
};

test("a new network predicts exactly 0, whatever it sees", async () => {
  const { graph, y } = small();
  const use = await compileFunction(graph, { y }, { state: initialState([graph], random(1)) });
  const { y: received } = await use.run({
    xt: numbers([2, 1, 8, 8]),
    t: { data: Float32Array.of(1, 999), shape: [2] },
  });
  await use.release();
  expect([...received!.data].every((number) => number === 0)).toBe(true);
});

test("dropout changes a training step, and nothing in inference", async () => {
  const given = { xt: numbers([2, 1, 8, 8]), t: { data: Float32Array.of(1, 999), shape: [2] } };
  const [kept, dropped, used, trained] = await Promise.all(
    (
      [
        [0, "inference"],
        [0.5, "train"],
        [0.5, "inference"],
        [0, "train"],
      ] as const
    ).map(async ([dropout, mode]) => {
      const { graph, y } = small({ dropout, mode });
      const state = initialState([graph], random(1));
      for (const [name, tensor] of state) // branches that start at 0 would hide everything
        if (/conv2.weight|out.conv.weight/.test(name)) state.set(name, numbers(tensor.shape));
      const step = await compileStep(graph, { outputs: { y } });
      const { outputs } = await step.run(state, given);
      await step.release();
      return outputs.y!.data;
    }),
  );
  expect(used).toEqual(kept);
  expect(trained).toBeAllclose(kept!, { relative: 1e-4, absolute: 1e-5 }); // training doubles images the short way
  expect(Math.max(...dropped!.map((number, i) => Math.abs(number - kept![i]!)))).toBeGreaterThan(0.1);
});

test("times are waves: the first is the cosine of the time itself, slower ones follow", async () => {
  const graph = createGraph();
  const waves = timestepEmbedding(graph.input("t", [2]), { features: 4, longest: 100 });
  const use = await compileFunction(graph, { waves });
  const { waves: received } = await use.run({ t: { data: Float32Array.of(0, 3), shape: [2] } });
  await use.release();
  const { cos, sin } = Math;
  expect(received!.data).toBeAllclose([1, 1, 0, 0, cos(3), cos(0.3), sin(3), sin(0.3)], { absolute: 1e-6 });
});

describe("mistakes are named", () => {
  test.each<[string, () => Value, RegExp]>([
    ["a size that cannot be halved", () => small({}, 10).y, /multiples of 4/],
    ["other channels", () => small({}, 8, 3).y, /\[N, 1, H, W\]/],
    ["a missing condition", () => small({ conditionChannels: 2 }).y, /a condition of 2 channels, got none/],
    ["a condition that nobody asked for", () => small({}, 8, 1, 2).y, /a condition of 0 channels, got 2/],
  ])("%s", (_name, build, message) => {
    expect(build).toThrow(ShapeError);
    expect(build).toThrow(message);
  });
});

describe("published sizes", () => {
  test.each<[keyof typeof diffusionUnetPresets, number, number, number]>([
    ["improvedDiffusion64", 3, 64, 8_916_099],
    ["brightfield70M", 3, 32, 70_118_403],
    ["ddpm13M", 1, 32, 13_255_297],
    ["laptop64", 1, 64, 638_385],
    ["laptop96", 1, 96, 947_313],
    ["laptop128", 1, 128, 3_556_929],
  ])("%s with %i channels", (name, channels, side, count) => {
    const graph = createGraph(); // building makes no weights: 70 M parameters cost nothing here
    const config = {
      ...diffusionUnetPresets[name],
      inputChannels: channels,
      outputChannels: channels,
      mode: "train",
    } as const;
    const xt = graph.input("xt", [1, channels, side, side]);
    expect(diffusionUnet(scope(graph, "net"), { xt, t: graph.input("t", [1]) }, config).shape).toEqual(xt.shape);
    expect(parameterCount(graph)).toBe(count);
  });
});
