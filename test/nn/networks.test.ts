import { describe, expect, test } from "vitest";
import { random } from "../../src/core/random.ts";
import { gradient } from "../../src/engine/gradient.ts";
import { createGraph, type Value } from "../../src/engine/graph.ts";
import { mul, sum } from "../../src/engine/ops/index.ts";
import { compileStep, initialState } from "../../src/engine/step.ts";
import { attention2d, selfAttention } from "../../src/nn/layers.ts";
import { networks, patchDiscriminator, resnetGenerator, unet } from "../../src/nn/networks/index.ts";
import { parameterCount } from "../../src/nn/parameters.ts";
import { type Scope, scope } from "../../src/nn/scope.ts";
import { fixture, inputLike, relativeError, stateFrom } from "./fixture.ts";

type Build = (scope: Scope, x: Value) => Value;

const generator =
  (
    norm: "instance" | "group",
    upsample: "transposed" | "nearest" | "bilinear",
    outputActivation: "tanh" | "none",
  ): Build =>
  (scope, x) =>
    resnetGenerator(scope, x, {
      inputChannels: 2,
      outputChannels: 1,
      baseChannels: 4,
      blocks: 1,
      norm,
      upsample,
      outputActivation,
    });

const small = { inputChannels: 1, outputChannels: 2, channels: [4, 6, 8], mode: "train" } as const;

/** Each fixture with the network, or large layer, that must equal it. */
const cases: Record<string, Build> = {
  "attention-image": (s, x) => attention2d(s, x, { heads: 2 }),
  "attention-sequence": (s, x) => selfAttention(s, x, { heads: 2 }),
  "resnet-instance-transposed": generator("instance", "transposed", "tanh"),
  "resnet-group-nearest": generator("group", "nearest", "tanh"),
  "resnet-group-bilinear": generator("group", "bilinear", "none"),
  "patch-instance": (s, x) =>
    patchDiscriminator(s, x, { inputChannels: 1, baseChannels: 4, layers: 2, norm: "instance" }),
  "patch-batch": (s, x) => patchDiscriminator(s, x, { inputChannels: 3, baseChannels: 4, layers: 1, norm: "batch" }),
  "patch-spectral": (s, x) =>
    patchDiscriminator(s, x, { inputChannels: 1, baseChannels: 4, layers: 2, norm: "none", spectralNorm: true }),
  "unet-batch-nearest-wide": (s, x) => unet(s, x, { ...small, norm: "batch", upsample: "nearest", decoder: "wide" }),
  "unet-group-bilinear-wide": (s, x) =>
    unet(s, x, { ...small, channels: [9, 10, 12], norm: "group", upsample: "bilinear", decoder: "wide" }),
  "unet-batch-bilinear-narrow": (s, x) =>
    unet(s, x, { ...small, norm: "batch", upsample: "bilinear", decoder: "narrow" }),
};

describe.each(Object.entries(cases))("%s equals PyTorch", (name, build) => {
  test("output, every gradient, and every state that moves", async () => {
    const expected = fixture(name);
    const graph = createGraph();
    const x = inputLike(graph, "x", expected.tensor("x"));
    const output = build(scope(graph, "net"), x);
    const cotangent = inputLike(graph, "cotangent", expected.tensor("cotangent"));
    const parameters = graph.parameters();
    const [ofX, ...ofParameters] = gradient(sum(mul(output, cotangent)), [x, ...parameters]);
    const outputs: Record<string, Value> = { output, gradientOfX: ofX! };
    parameters.forEach(({ name }, i) => {
      outputs[`gradient/${name}`] = ofParameters[i]!;
    });
    const step = await compileStep(graph, { outputs });
    const state = stateFrom([graph], expected.below("state"));
    const result = await step.run(state, { x: expected.tensor("x"), cotangent: expected.tensor("cotangent") });
    await step.release();

    const scale = Math.max(...expected.tensor("gradientOfX").data.map(Math.abs));
    for (const [key, { data }] of Object.entries(result.outputs)) {
      const reference = expected.tensor(key).data;
      // A bias right before an instance normalisation has a gradient of exactly zero: rounding is then measured against the others.
      if (reference.every((number) => Math.abs(number) < 1e-9 * scale))
        expect(data, key).toBeAllclose(reference, { absolute: 1e-4 * scale });
      else expect(relativeError(data, reference), key).toBeLessThan(2e-5);
    }
    for (const [key, { data }] of expected.below("after"))
      expect(state.get(key)!.data).toBeAllclose(data, { absolute: 1e-6 });
  });
});

describe("published sizes", () => {
  const counted = (build: Build, channels: number): number => {
    const graph = createGraph();
    build(scope(graph, "net"), graph.input("x", [1, channels, 64, 64]));
    return parameterCount(graph);
  };
  const { resnetGenerator: resnet, patchDiscriminator: patch, unet: u } = networks;
  test.each([
    [
      "ResNet-9, ngf 64",
      3,
      11_378_179,
      (s, x) => resnet.build(s, x, { ...resnet.presets.resnet9, inputChannels: 3, outputChannels: 3 }),
    ],
    [
      "ResNet-6, ngf 64",
      3,
      7_837_699,
      (s, x) => resnet.build(s, x, { ...resnet.presets.resnet6, inputChannels: 3, outputChannels: 3 }),
    ],
    [
      "PatchGAN 70×70, ndf 64",
      3,
      2_764_737,
      (s, x) => patch.build(s, x, { ...patch.presets.patch70, inputChannels: 3 }),
    ],
    [
      "the trial's generator",
      2,
      344_017,
      (s, x) => resnet.build(s, x, { ...resnet.presets.small, inputChannels: 2, outputChannels: 1 }),
    ],
    ["the trial's discriminator", 1, 94_249, (s, x) => patch.build(s, x, { ...patch.presets.small, inputChannels: 1 })],
    [
      "the trial's U-Net",
      1,
      196_850,
      (s, x) => u.build(s, x, { ...u.presets.smallSegmenter, inputChannels: 1, outputChannels: 2, mode: "train" }),
    ],
    [
      "U-Net with two convolutions per level",
      1,
      303_154,
      (s, x) => u.build(s, x, { ...u.presets.segmenter, inputChannels: 1, outputChannels: 2, mode: "train" }),
    ],
  ] as [string, number, number, Build][])("%s has PyTorch's number of parameters", (_name, channels, count, build) => {
    expect(counted(build, channels)).toBe(count);
  });

  test("a score of the 70×70 PatchGAN sees exactly 70 × 70 pixels", async () => {
    const graph = createGraph();
    const x = graph.input("x", [1, 1, 128, 128]);
    const scores = patchDiscriminator(scope(graph, "net"), x, {
      inputChannels: 1,
      baseChannels: 2,
      layers: 3,
      norm: "none",
    });
    const [, , height, width] = scores.shape as [number, number, number, number];
    expect([height, width]).toEqual([14, 14]);
    const one = new Float32Array(height * width);
    one[7 * width + 7] = 1;
    const [ofX] = gradient(sum(mul(scores, graph.constant(one, scores.shape))), [x]);
    const step = await compileStep(graph, { outputs: { ofX: ofX! } });
    const image = { data: Float32Array.from({ length: 128 * 128 }, (_, i) => Math.sin(i)), shape: [1, 1, 128, 128] };
    const { outputs } = await step.run(initialState([graph], random(3)), { x: image });
    await step.release();
    const seen = [...outputs.ofX!.data].flatMap((value, i) => (value === 0 ? [] : [i]));
    const extent = (places: number[]) => Math.max(...places) - Math.min(...places) + 1;
    expect(extent(seen.map((i) => Math.floor(i / 128)))).toBe(70);
    expect(extent(seen.map((i) => i % 128))).toBe(70);
  });
});
