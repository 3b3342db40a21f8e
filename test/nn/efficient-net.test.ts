import { describe, expect, test } from "vitest";
import { random } from "../../src/core/random.ts";
import { createGraph } from "../../src/engine/graph.ts";
import { compileStep, initialState } from "../../src/engine/step.ts";
import { stochasticDepth } from "../../src/nn/layers/stochastic-depth.ts";
import { efficientNet, efficientNetPresets } from "../../src/nn/networks/index.ts";
import { parameterCount } from "../../src/nn/parameters.ts";
import { scope } from "../../src/nn/scope.ts";
import { expectSameNetwork } from "./comparison.ts";
import { fixture } from "./fixture.ts";

const narrow = {
  inputChannels: 1,
  outputs: 2,
  stemChannels: 8,
  stages: [
    { expansion: 1, kernel: 3, stride: 1, channels: 8, blocks: 1 },
    { expansion: 3, kernel: 5, stride: 2, channels: 8, blocks: 2 },
    { expansion: 2, kernel: 3, stride: 1, channels: 16, blocks: 1 },
  ],
  headChannels: 12,
} as const;

test("outputs in both modes, every gradient and the running statistics are torchvision's", async () => {
  await expectSameNetwork(fixture("efficient-net"), (graph, { x }, mode) => ({
    y: efficientNet(scope(graph, "net"), x!, { ...narrow, mode }),
  }));
});

test("stochastic depth drops whole images, strengthens the others, and does so at the given rate", async () => {
  const graph = createGraph();
  const [images, pixels] = [400, 6];
  const y = stochasticDepth(scope(graph, "net"), graph.input("x", [images, 1, 2, 3]), { rate: 0.25, mode: "train" });
  const step = await compileStep(graph, { outputs: { y } });
  const x = { data: new Float32Array(images * pixels).fill(3), shape: [images, 1, 2, 3] };
  const { outputs } = await step.run(initialState([graph], random(1)), { x });
  await step.release();
  const perImage = Array.from({ length: images }, (_, n) => [
    ...new Set(outputs.y!.data.subarray(n * pixels, (n + 1) * pixels)),
  ]);
  expect(perImage.every(({ length }) => length === 1)).toBe(true);
  expect(new Set(perImage.flat())).toEqual(new Set([0, 4]));
  const dropped = perImage.filter(([number]) => number === 0).length / images;
  expect(Math.abs(dropped - 0.25)).toBeLessThan(0.09); // four standard deviations
});

test("what training drops, inference keeps; the first block is never dropped", () => {
  const masks = (mode: "train" | "inference", stochasticDepth: number) => {
    const graph = createGraph();
    efficientNet(scope(graph, "net"), graph.input("x", [2, 1, 16, 16]), { ...narrow, stochasticDepth, mode });
    return graph.variables.has("dropout/counter");
  };
  expect(masks("train", 0.2)).toBe(true);
  expect(masks("inference", 0.2)).toBe(false);
  expect(masks("train", 0)).toBe(false);
});

describe("published sizes", () => {
  test.each<[keyof typeof efficientNetPresets, number, number, number]>([
    ["b0", 3, 1000, 5_288_548],
    ["b0", 3, 1, 4_008_829],
    ["small", 1, 1, 127_177],
  ])("%s with %i channels and %i outputs", (name, inputChannels, outputs, count) => {
    const graph = createGraph();
    const x = graph.input("x", [2, inputChannels, 64, 64]);
    const config = { ...efficientNetPresets[name], inputChannels, outputs, mode: "train" } as const;
    expect(efficientNet(scope(graph, "net"), x, config).shape).toEqual([2, outputs]);
    expect(parameterCount(graph)).toBe(count);
  });
});
