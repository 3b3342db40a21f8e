import { describe, expect, test } from "vitest";
import { ShapeError } from "../../src/core/errors.ts";
import { random } from "../../src/core/random.ts";
import { createGraph } from "../../src/engine/graph.ts";
import { initialState } from "../../src/engine/step.ts";
import { pyramidPooling } from "../../src/nn/layers/pyramid-pooling.ts";
import { type YoloNanoConfig, yoloNano, yoloNanoPresets } from "../../src/nn/networks/index.ts";
import { parameterCount } from "../../src/nn/parameters.ts";
import { scope } from "../../src/nn/scope.ts";
import { type Build, expectSameNetwork } from "./comparison.ts";
import { fixture } from "./fixture.ts";

const tiny: YoloNanoConfig = {
  inputChannels: 1,
  classes: 2,
  channels: [4, 4, 6, 6, 8],
  depths: [1, 2, 1, 1],
  neckDepth: 1,
  bins: 2,
  boxChannels: 4,
  classChannels: 4,
  mode: "train",
};

/** The detector on one image. */
function detector(config: Partial<YoloNanoConfig>, side = 64) {
  const graph = createGraph();
  const full = { ...tiny, ...config };
  return { graph, scales: yoloNano(scope(graph, "net"), graph.input("x", [1, full.inputChannels, side, side]), full) };
}

test("boxes and classes in both modes, every gradient and the running statistics are PyTorch's", async () => {
  const build: Build = (graph, { x }, mode) =>
    Object.fromEntries(
      yoloNano(scope(graph, "net"), x!, { ...tiny, mode }).flatMap(({ stride, boxes, classes }) => [
        [`boxes${stride}`, boxes],
        [`classes${stride}`, classes],
      ]),
    );
  // Over forty batch normalisations in a row, the last over twelve numbers: PyTorch in float32 leaves PyTorch in float64 by up to 5e-5 here, and with blocks of 8 (AVX2)
  // the largest difference is 1.002e-4.
  await expectSameNetwork(fixture("yolo-nano"), build, { rounding: 2e-4 });
});

test("pyramid pooling on a map larger than its windows is PyTorch's with windows of 5, 9 and 13", async () => {
  await expectSameNetwork(fixture("pyramid-pooling"), (graph, { x }, mode) => ({
    y: pyramidPooling(scope(graph, "net"), x!, { channels: 4, mode }),
  }));
});

test("three scales, each with four distributions and the classes at every place", () => {
  const { scales } = detector({ classes: 3, bins: 5 }, 96);
  expect(scales.map(({ stride, boxes, classes }) => [stride, boxes.shape, classes.shape])).toEqual([
    [8, [1, 20, 12, 12], [1, 3, 12, 12]],
    [16, [1, 20, 6, 6], [1, 3, 6, 6]],
    [32, [1, 20, 3, 3], [1, 3, 3, 3]],
  ]);
});

test("a new detector gives every class a probability of 1 %", () => {
  const state = initialState([detector({}).graph], random(1));
  const biases = [...state].filter(([name]) => name.endsWith("classes/out/bias")).flatMap(([, { data }]) => [...data]);
  expect(biases).toHaveLength(6);
  for (const bias of biases) expect(1 / (1 + Math.exp(-bias))).toBeCloseTo(0.01, 7);
});

test("an image that cannot be halved five times is refused", () => {
  expect(() => detector({}, 80)).toThrow(ShapeError);
  expect(() => detector({}, 80)).toThrow(/multiples of 32/);
});

describe("sizes", () => {
  test.each<[keyof typeof yoloNanoPresets, number, number]>([
    ["nano", 3, 3_011_027],
    ["pico", 1, 569_851],
  ])("%s with %i channels and one class", (name, inputChannels, count) => {
    expect(parameterCount(detector({ ...yoloNanoPresets[name], inputChannels, classes: 1 }).graph)).toBe(count);
  });
});
