import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ShapeError } from "../../src/core/errors.ts";
import { random } from "../../src/core/random.ts";
import { sizeOf } from "../../src/core/shape.ts";
import { tensor } from "../../src/core/tensor.ts";
import { gradient } from "../../src/engine/gradient.ts";
import { createGraph, type Value } from "../../src/engine/graph.ts";
import { add, gelu, mul, sum } from "../../src/engine/ops/index.ts";
import { compileStep, initialState } from "../../src/engine/step.ts";
import {
  attention2d,
  batchNorm,
  boundedWeight,
  conv,
  convTranspose,
  type DoubledConvOptions,
  doubledConv,
  embedding,
  layerNorm,
  linear,
  type Mode,
  normalizations,
  residualBlock,
  selfAttention,
  skipConv,
} from "../../src/nn/layers.ts";
import {
  patchDiscriminator,
  resnetGenerator,
  resnetGeneratorPresets,
  unet,
  unetPresets,
} from "../../src/nn/networks/index.ts";
import { parameterCount, parametersOf } from "../../src/nn/parameters.ts";
import { type Scope, scope } from "../../src/nn/scope.ts";
import { fixture, inputLike, relativeError, stateFrom } from "./fixture.ts";

const noise = (shape: readonly number[], seed = 1) => {
  const stream = random(seed);
  return { data: Float32Array.from({ length: sizeOf(shape) }, () => stream.normal()), shape };
};

describe("scope", () => {
  test("the same path shares weights, another path does not", () => {
    const graph = createGraph();
    const x = graph.input("x", [1, 2, 8, 8]);
    const block = (path: string) => residualBlock(scope(graph, path), x, { norm: "group" });
    const first = block("a");
    expect(block("a")).toBe(first);
    const count = parameterCount(graph);
    expect(block("b")).not.toBe(first);
    expect(parameterCount(graph)).toBe(2 * count);
    expect(parametersOf(graph, "b")).toHaveLength(parametersOf(graph).length / 2);
  });

  test("a path that only begins the same is another network", () => {
    const graph = createGraph();
    const x = graph.input("x", [1, 1, 4, 4]);
    conv(scope(graph, "net"), x, { channels: 1, kernel: 3 });
    conv(scope(graph, "network"), x, { channels: 1, kernel: 3 });
    expect(parametersOf(graph, "net").map(({ name }) => name)).toEqual(["net/weight", "net/bias"]);
  });

  test("sharing weights of another shape is refused", () => {
    const graph = createGraph();
    const x = graph.input("x", [1, 1, 8, 8]);
    conv(scope(graph, "net"), x, { channels: 2, kernel: 3 });
    expect(() => conv(scope(graph, "net"), x, { channels: 2, kernel: 5 })).toThrow(ShapeError);
  });

  test("one network applied to two images gives each what it would get alone", async () => {
    const config = { ...resnetGeneratorPresets.small, inputChannels: 1, outputChannels: 1, baseChannels: 2, blocks: 1 };
    const graph = createGraph();
    const [a, b] = [graph.input("a", [1, 1, 8, 8]), graph.input("b", [1, 1, 8, 8])];
    const apply = (x: Value) => resnetGenerator(scope(graph, "g"), x, config);
    const step = await compileStep(graph, { outputs: { ofA: apply(a), ofB: apply(b) } });
    const state = initialState([graph], random(5));
    const [first, second] = [noise([1, 1, 8, 8], 1), noise([1, 1, 8, 8], 2)];
    const forth = await step.run(state, { a: first, b: second });
    const back = await step.run(state, { a: second, b: first });
    await step.release();
    expect(forth.outputs.ofA!.data).toEqual(back.outputs.ofB!.data);
    expect(forth.outputs.ofA!.data).not.toEqual(forth.outputs.ofB!.data);
  });
});

describe("shapes", () => {
  test("a transposed convolution undoes the size of the convolution with the same numbers", () => {
    const options = fc.record({
      extent: fc.integer({ min: 8, max: 40 }),
      kernel: fc.integer({ min: 1, max: 5 }),
      stride: fc.integer({ min: 1, max: 3 }),
      padding: fc.integer({ min: 0, max: 2 }),
    });
    fc.assert(
      fc.property(options, ({ extent, ...geometry }) => {
        const graph = createGraph();
        const small = conv(scope(graph, "down"), graph.input("x", [1, 1, extent, extent]), {
          channels: 1,
          ...geometry,
        });
        const outputPadding = (extent + 2 * geometry.padding - geometry.kernel) % geometry.stride;
        const large = convTranspose(scope(graph, "up"), small, { channels: 3, outputPadding, ...geometry });
        expect(large.shape).toEqual([1, 3, extent, extent]);
      }),
      { numRuns: 50 },
    );
  });

  test("a U-Net says which sizes it can take", () => {
    const build = (size: number) => {
      const x = createGraph().input("x", [1, 1, 48, size]);
      return unet(scope(x.graph, "u"), x, {
        ...unetPresets.segmenter,
        inputChannels: 1,
        outputChannels: 3,
        mode: "train",
      }).shape;
    };
    expect(build(40)).toEqual([1, 3, 48, 40]);
    expect(() => build(44)).toThrow(/multiples of 8, got \[1, 1, 48, 44\]/);
  });

  test("a network refuses an image with other channels than its config says", () => {
    const x = createGraph().input("x", [1, 3, 16, 16]);
    const config = { inputChannels: 1, baseChannels: 2, layers: 1, norm: "none" } as const;
    expect(() => patchDiscriminator(scope(x.graph, "d"), x, config)).toThrow(
      /patchDiscriminator "d": expected an image \[N, 1, H, W\], got \[1, 3, 16, 16\]/,
    );
  });

  test.each(Object.entries(normalizations))(
    "%s normalisation keeps the shape for any number of channels",
    (_name, { apply }) => {
      for (const channels of [1, 2, 7, 12, 24]) {
        const graph = createGraph();
        const x = graph.input("x", [2, channels, 4, 4]);
        expect((apply as (...all: unknown[]) => Value)(scope(graph, "n"), x, "train").shape).toEqual(x.shape);
      }
    },
  );
});

describe("batch normalisation", () => {
  test("running statistics over three batches, and what inference makes of them, equal PyTorch", async () => {
    const expected = fixture("batch-norm");
    const graph = createGraph();
    const x = inputLike(graph, "x", expected.tensor("x0"));
    const outputs = {
      train: batchNorm(scope(graph, "net"), x, { mode: "train" }),
      inference: batchNorm(scope(graph, "net"), x, { mode: "inference" }),
    };
    const step = await compileStep(graph, { outputs });
    const state = stateFrom([graph], expected.below("state"));
    for (let i = 0; i < 3; i++) {
      const { train } = (await step.run(state, { x: expected.tensor(`x${i}`) })).outputs;
      expect(relativeError(train!.data, expected.tensor(`output${i}`).data)).toBeLessThan(2e-6);
    }
    for (const name of ["runningMean", "runningVariance"])
      expect(state.get(`net/${name}`)!.data).toBeAllclose(expected.tensor(name).data, { relative: 2e-6 });
    const { inference } = (await step.run(state, { x: expected.tensor("x0") })).outputs;
    expect(relativeError(inference!.data, expected.tensor("inference").data)).toBeLessThan(2e-6);
    await step.release();
  });

  test("where a mean lies far from zero, digits are lost to the first batch alone, and constants stay numbers", async () => {
    const graph = createGraph();
    const x = graph.input("x", [4, 2, 16, 16]);
    const train = batchNorm(scope(graph, "n"), x, { mode: "train", momentum: 0.5 });
    const step = await compileStep(graph, { outputs: { train } });
    const image = noise([4, 2, 16, 16]);
    const far = tensor(
      image.data.map((value) => value + 100),
      image.shape,
    );
    const state = initialState([graph], random(1));
    const errors: number[] = [];
    const { train: near } = (await step.run(initialState([graph], random(1)), { x: image })).outputs;
    for (let i = 0; i < 12; i++)
      errors.push(relativeError((await step.run(state, { x: far })).outputs.train!.data, near!.data));
    expect(errors[0]).toBeLessThan(2e-3); // ten thousand roundings
    expect(errors.at(-1)).toBeLessThan(1e-5); // that of the image, which is rounded at 100
    const constant = tensor(new Float32Array(2048).fill(1e4), x.shape);
    const { outputs } = await step.run(initialState([graph], random(1)), { x: constant });
    expect(outputs.train!.data.every(Number.isFinite)).toBe(true);
    await step.release();
  });

  test("inference after many batches of the same image equals training on it", async () => {
    const graph = createGraph();
    const x = graph.input("x", [4, 2, 16, 16]);
    const outputs = {
      train: batchNorm(scope(graph, "n"), x, { mode: "train", momentum: 0.5 }),
      inference: batchNorm(scope(graph, "n"), x, { mode: "inference" }),
    };
    const step = await compileStep(graph, { outputs });
    const state = initialState([graph], random(1));
    const image = noise([4, 2, 16, 16]);
    for (let i = 0; i < 30; i++) await step.run(state, { x: image });
    const { train, inference } = (await step.run(state, { x: image })).outputs;
    await step.release();
    // The running variance is the unbiased one of n = 1024 pixels: 1/2048 smaller in scale.
    expect(inference!.data).toBeAllclose(
      train!.data.map((value) => value * Math.sqrt(1023 / 1024)),
      { relative: 1e-4, absolute: 1e-5 },
    );
  });
});

describe("layers of sequences", () => {
  test("an embedding looks its vectors up, and only those get a derivative, as often as they were used", async () => {
    const graph = createGraph();
    const tokens = graph.input("tokens", [2, 2], "int32");
    const vectors = embedding(scope(graph, "e"), tokens, { count: 4, features: 3 });
    const [ofWeight] = gradient(sum(vectors), graph.parameters());
    const step = await compileStep(graph, { outputs: { vectors, ofWeight: ofWeight! } });
    const state = initialState([graph], random(1));
    const { outputs } = await step.run(state, { tokens: { data: Int32Array.of(3, 1, 1, 3), shape: [2, 2] } });
    await step.release();
    const { data } = state.get("e/weight")!;
    const row = (i: number) => [...data.subarray(3 * i, 3 * i + 3)];
    expect([...outputs.vectors!.data]).toEqual([...row(3), ...row(1), ...row(1), ...row(3)]);
    expect([...outputs.ofWeight!.data]).toEqual([0, 0, 0, 2, 2, 2, 0, 0, 0, 2, 2, 2]);
  });

  test("a block of attention, layer norm and a linear layer keeps the shape and reaches every weight", () => {
    const graph = createGraph();
    const x = graph.input("x", [2, 5, 8]);
    const net = scope(graph, "block");
    const attended = add(x, selfAttention(net.at("attention"), layerNorm(net.at("norm"), x), { heads: 4 }));
    const y = add(attended, linear(net.at("linear"), gelu(attended), { features: 8 }));
    expect(y.shape).toEqual(x.shape);
    expect(gradient(sum(mul(y, y)), graph.parameters())).toHaveLength(8);
  });

  test("attention begins as the identity, and refuses heads that do not divide the channels", async () => {
    const graph = createGraph();
    const x = graph.input("x", [1, 6, 2, 2]);
    const step = await compileStep(graph, { outputs: { y: attention2d(scope(graph, "a"), x, { heads: 3 }) } });
    const image = noise([1, 6, 2, 2]);
    expect((await step.run(initialState([graph], random(1)), { x: image })).outputs.y!.data).toEqual(image.data);
    await step.release();
    expect(() => attention2d(scope(graph, "b"), x, { heads: 4 })).toThrow(/divisible by 4 heads, got \[1, 6, 2, 2\]/);
  });
});

describe("convolution of a doubled image, and of one beside a skip", () => {
  const doubled = (at: Scope, x: Value, _skip: Value, options: DoubledConvOptions) => doubledConv(at, x, options);

  test.each([
    ["doubled", doubled, 3, 32],
    ["doubled", doubled, 5, 32],
    ["with skip", skipConv, 3, 48],
    ["with skip", skipConv, 5, 48],
  ] as const)("%s: training takes a short way to what inference gives", async (_name, layer, kernel, joined) => {
    const graph = createGraph();
    const [x, skip] = [graph.input("x", [2, 32, 6, 4]), graph.input("skip", [2, 16, 12, 8])];
    const inMode = (mode: Mode) => layer(scope(graph, "up"), x, skip, { channels: 16, kernel, mode });
    const outputs = { train: inMode("train"), inference: inMode("inference") };
    expect(parametersOf(graph).map(({ name, shape }) => [name, ...shape])).toEqual([
      ["up/weight", 16, joined, kernel, kernel],
      ["up/bias", 16],
    ]);
    const step = await compileStep(graph, { outputs });
    const state = initialState([graph], random(3));
    state.get("up/bias")!.data.set(Float32Array.from({ length: 16 }, (_, i) => i));
    const images = layer === skipConv ? { x: noise(x.shape), skip: noise(skip.shape, 2) } : { x: noise(x.shape) };
    const { train, inference } = (await step.run(state, images)).outputs;
    await step.release();
    expect(train!.shape).toEqual([2, 16, 12, 8]);
    expect(train!.data).toBeAllclose(inference!.data, { relative: 1e-5, absolute: 1e-5 });
  });
});

test.each(["train", "inference"] as const)("a doubled image refuses an even kernel in %s", (mode) => {
  const graph = createGraph();
  const [x, skip] = [graph.input("x", [1, 2, 4, 4]), graph.input("skip", [1, 2, 8, 8])];
  const options = { channels: 2, kernel: 2, mode };
  expect(() => doubledConv(scope(graph, "a"), x, options)).toThrow(ShapeError);
  expect(() => skipConv(scope(graph, "b"), x, skip, options)).toThrow(ShapeError);
});

describe("spectral normalisation", () => {
  test("after a few steps the largest singular value is 1", async () => {
    const graph = createGraph();
    const weight = graph.parameter("w", [2, 1, 1, 2], () => Float32Array.of(3, 0, 4, 5)); // singular values √45 and √5
    const step = await compileStep(graph, { outputs: { bounded: boundedWeight(scope(graph, "s"), weight) } });
    const state = initialState([graph], random(1));
    let bounded: Float32Array = new Float32Array();
    for (let i = 0; i < 12; i++) bounded = (await step.run(state, {})).outputs.bounded!.data;
    await step.release();
    expect(bounded).toBeAllclose(
      [3, 0, 4, 5].map((value) => value / Math.sqrt(45)),
      { absolute: 1e-6 },
    );
  });

  test("a discriminator applied to real and generated images takes one power iteration", () => {
    const graph = createGraph();
    const config = { inputChannels: 1, baseChannels: 2, layers: 1, norm: "none", spectralNorm: true } as const;
    for (const name of ["real", "fake"])
      patchDiscriminator(scope(graph, "d"), graph.input(name, [1, 1, 16, 16]), config);
    expect([...graph.assignments.keys()].map(({ name }) => name)).toEqual([
      "d/layer0/conv/spectral/u",
      "d/layer1/conv/spectral/u",
      "d/out/spectral/u",
    ]);
  });
});

describe("initial weights", () => {
  test("He's keep the variance of a ReLU layer's input, CycleGAN's are 0.02 wide", () => {
    const graph = createGraph();
    const x = graph.input("x", [1, 64, 32, 32]);
    conv(scope(graph, "he"), x, { channels: 64, kernel: 3 });
    patchDiscriminator(scope(graph, "gan"), x, { inputChannels: 64, baseChannels: 64, layers: 1, norm: "none" });
    const state = initialState([graph], random(7));
    const deviation = (name: string) => {
      const { data } = state.get(name)!;
      return Math.sqrt(data.reduce((total, value) => total + value ** 2, 0) / data.length);
    };
    expect(deviation("he/weight")).toBeCloseTo(Math.sqrt(2 / (64 * 9)), 3);
    expect(deviation("gan/layer0/conv/weight")).toBeCloseTo(0.02, 3);
    expect(deviation("gan/layer0/conv/bias")).toBe(0);
  });
});
