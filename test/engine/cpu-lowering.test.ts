import { describe, expect, test } from "vitest";
import { random } from "../../src/core/random.ts";
import { arrayTypes } from "../../src/engine/diagnostics/array-types.ts";
import { nodeCosts } from "../../src/engine/diagnostics/cost.ts";
import { productOperations } from "../../src/engine/diagnostics/product-operations.ts";
import { gradient } from "../../src/engine/gradient.ts";
import { createGraph, type Graph, type Value } from "../../src/engine/graph.ts";
import { heInit, onesInit, zerosInit } from "../../src/engine/initializers.ts";
import { phases } from "../../src/engine/lowerings/cpu/phases.ts";
import { channelsPerBlock } from "../../src/engine/lowerings/cpu/probe.ts";
import { tilesFor } from "../../src/engine/lowerings/cpu/tiles.ts";
import { cpu } from "../../src/engine/lowerings/cpu.ts";
import { functionLowering, type LoweringChoice } from "../../src/engine/lowerings/index.ts";
import {
  add,
  batchNorm,
  concat,
  conv2d,
  convTranspose2d,
  groupNorm,
  instanceNorm,
  leakyRelu,
  maxPool2d,
  mean,
  mul,
  pad,
  relu,
  reshape,
  silu,
  split,
  square,
  sub,
  sum,
  transpose,
  upsampleNearest2d,
} from "../../src/engine/ops/index.ts";
import { adam } from "../../src/engine/optimizers/adam.ts";
import { compileFunction, compileStep, initialState, type StepGraph } from "../../src/engine/step.ts";
import type { OnnxNode } from "../../src/onnx/model.ts";
import { normal } from "./differentiation.ts";

const block = await channelsPerBlock();

/** Numbers of nodes by kind. */
function count(graph: ReturnType<typeof createGraph>, outputs: Record<string, Value>): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { opType } of cpu(graph, outputs, { block: 16 }).nodes) counts[opType] = (counts[opType] ?? 0) + 1;
  return counts;
}

describe("layouts", () => {
  const graph = createGraph();
  const x = graph.input("x", [1, 16, 8, 8]);
  const weight = (name: string) => graph.parameter(name, [16, 16, 3, 3], heInit());
  const first = conv2d(x, weight("a"), { padding: 1 });
  const second = conv2d(leakyRelu(add(first, 1), 0.1), weight("b"), { padding: 1 });

  test("an image is blocked once and comes back once", () => {
    // Each of the two filters takes two reorderings
    const { Reshape, ...rest } = count(graph, { y: second });
    expect(rest).toEqual({
      ReorderInput: 5,
      ReorderOutput: 1,
      Conv: 2,
      Add: 1,
      LeakyRelu: 1,
    });
  });

  test("a residual sum and an activation become part of the convolution, and the slope is read from its result", () => {
    const y = relu(add(second, first));
    const { Add, Relu, ...rest } = count(graph, { y });
    expect([Add, Relu, rest.Conv]).toEqual([1, undefined, 2]); // the one addition left is that of a number
    const model = cpu(graph, { slope: gradient(mean(y), [x])[0]! }, { block: 16 });
    const fused = model.nodes.filter(({ attributes }) => attributes.activation);
    expect(fused.map(({ attributes }) => attributes.activation!.value).sort()).toEqual(["Clip", "Clip", "Relu"]);
  });

  test("a number per channel becomes part of the convolution, so statistics about it take no pass that writes", () => {
    const mark = graph.state("mark", [16], zerosInit);
    const image = add(first, reshape(mark, [1, 16, 1, 1]));
    const y = batchNorm(image, { aboutZero: true }).output;
    const passes = cpu(graph, { y }, { block: 16 }).nodes.filter(({ attributes }) => attributes.group?.value === 16);
    expect(passes.map(({ opType }) => opType)).toEqual(["Conv", "Conv"]); // a scalar product, and what scales and shifts
  });

  test("channels beside whole blocks are filled up with zeros, unless most would be zeros", () => {
    const network = createGraph();
    const between = (from: Value, channels: number) =>
      conv2d(from, network.parameter(`to ${channels}`, [channels, from.shape[1]!, 3, 3], heInit()), { padding: 1 });
    const image = network.input("image", [2, 28, 8, 8]);
    const whole = between(image, 32);
    const domains = (y: Value) =>
      cpu(network, { y, dx: gradient(mean(y), [image])[0]! }, { block: 16 }).nodes.flatMap((node) =>
        node.opType.startsWith("Conv") ? [node.domain] : [],
      );
    expect(new Set(domains(between(relu(whole), 24)))).toEqual(new Set(["com.microsoft.nchwc"]));
    expect(domains(between(relu(whole), 17))).toContain("");
  });

  test("what is an output stays readable", () => {
    const y = relu(second);
    expect(count(graph, { y, second })).toMatchObject({ Relu: 1, ReorderOutput: 2 });
  });

  test("without a block size, standard operators only", () => {
    expect(cpu(graph, { second }).opsets).toEqual({ "": 20 });
  });
});

test("a transposed convolution is divided so that every tap is used once", () => {
  const axis = { dilation: 1, before: 1, from: 5, to: 10 };
  expect(phases({ ...axis, kernel: 3, stride: 2 })).toEqual([
    { taps: [1], before: 0, after: 0, step: 1 },
    { taps: [2, 0], before: 0, after: 1, step: 1 },
  ]);
  expect(phases({ ...axis, kernel: 4, stride: 2 })!.flatMap(({ taps }) => taps)).toEqual([3, 1, 2, 0]);
  expect(phases({ ...axis, kernel: 3, stride: 2, to: 9 })).toBeUndefined();
  expect(phases({ ...axis, kernel: 1, stride: 2, before: 0 })).toBeUndefined();
});

test.each([
  [1, [64, 64], [4, 4], 1],
  [1, [128, 128], [8, 8], 1], // smaller tiles, so that the taps of four filters stay near
  [1, [24, 24], [4, 4], 1],
  [1, [24, 8], [8, 2], 1],
  [1, [4, 64], [1, 16], 1],
  [1, [15, 15], [1, 16], 16 / 15],
  [4, [10, 10], [2, 2], 1], // four tiles each of four images
  [16, [7, 5], [1, 1], 1],
  [16, [32, 32], [4, 4], 1], // small tiles where both fit
  [3, [10, 10], [4, 4], 1.44], // blocks that no image shares
] as const)("tiles of %d images of %j", (images, size, tileCount, waste) => {
  const found = tilesFor(16, images, size);
  expect(found.tiles.count).toEqual(tileCount);
  expect(found.waste).toBeCloseTo(waste);
});

describe.each([8, 16])("convolutions of many channels, in blocks of %d", (block) => {
  const graph = createGraph();
  const x = graph.input("x", [1, 96, 32, 32]);
  const filter = graph.parameter("filter", [96, 96, 3, 3], heInit());
  const y = conv2d(x, filter, { padding: 1 });
  const [dx, dFilter] = gradient(mean(square(y)), [x, filter]);

  /** Multiplications of products and of convolutions over channels that are left, in parts of what one convolution takes. */
  function effort(outputs: Record<string, Value>): number {
    const model = cpu(graph, outputs, { block });
    const costs = nodeCosts(model, arrayTypes(model));
    const isDense = (node: OnnxNode) => node.opType === "Conv" && (node.attributes.group?.value ?? 1) === 1;
    const dense = costs.filter(({ node }) => isDense(node)).reduce((sum, { operations }) => sum + operations, 0);
    return dense / productOperations({ graph, outputs: { y } });
  }

  test("forward and by either input: half of the multiplications", () => {
    expect(effort({ y })).toBeCloseTo(0.5);
    expect(effort({ y, dx: dx! })).toBeCloseTo(1);
    expect(effort({ y, dFilter: dFilter! })).toBeCloseTo(1, 1); // its tiles have a border
  });

  test("few channels, few pixels or other rows: all of them", () => {
    const halved = (shape: readonly number[], k: number, options: Parameters<typeof conv2d>[2]) => {
      const image = graph.input(`image ${shape}`, shape);
      const y = conv2d(image, graph.input(`filter ${k} ${shape}`, [k, shape[1]!, 3, 3]), { padding: 1, ...options });
      return cpu(graph, { y }, { block }).nodes.some(({ opType }) => opType === "MatMul");
    };
    expect(halved([1, 96, 32, 32], 96, {})).toBe(true);
    expect(halved([1, 16, 96, 96], 96, {})).toBe(false);
    expect(halved([1, 96, 12, 12], 96, {})).toBe(false);
    expect(halved([1, 96, 34, 34], 96, {})).toBe(true); // two rows are left over
    expect(halved([1, 96, 50, 50], 96, {})).toBe(false); // and too many to sum each of all
    expect(halved([1, 96, 32, 34], 96, { stride: 2 })).toBe(false);
  });
});

/** A small network with everything that ours have: both borders, strides both ways, skips, pooling and three normalisations. */
function network(): StepGraph {
  const graph = createGraph();
  const x = graph.input("x", [2, 1, 24, 24]);
  const weight = (name: string, ...shape: number[]) => graph.parameter(name, shape, heInit());
  const fine = relu(instanceNorm(conv2d(pad(x, { pads: 3, mode: "reflect" }), weight("in", 16, 1, 7, 7)))); // [2, 16, 24, 24]
  const scale = graph.parameter("scale", [32], onesInit);
  const offset = graph.parameter("offset", [32], zerosInit);
  const coarse = conv2d(fine, weight("down", 32, 16, 3, 3), { stride: 2, padding: 1 }); // [2, 32, 12, 12]
  const normalized = relu(batchNorm(coarse, { scale, offset }).output);
  const block = conv2d(pad(normalized, { pads: 1, mode: "reflect" }), weight("block", 32, 32, 3, 3));
  const middle = leakyRelu(add(normalized, instanceNorm(block)), 0.2);
  const pooled = upsampleNearest2d(maxPool2d(middle)); // [2, 32, 12, 12]
  const up = convTranspose2d(pooled, weight("up", 32, 16, 3, 3), { stride: 2, padding: 1, outputSize: [24, 24] });
  const joined = concat([up, fine], 1); // [2, 32, 24, 24]
  const last = conv2d(relu(conv2d(joined, weight("join", 16, 32, 3, 3), { padding: 1 })), weight("out", 1, 16, 1, 1));
  const loss = mean(square(sub(last, x)));
  const parameters = graph.parameters();
  adam({ learningRate: 1e-3 }).update(graph, { name: "adam", parameters, gradients: gradient(loss, parameters) });
  return { graph, outputs: { loss } };
}

async function lossCurve(
  lowering: LoweringChoice,
  threads = 1,
): Promise<{ losses: number[]; weights: Float32Array[] }> {
  const step = await compileStep(network(), { lowering, threads });
  const state = initialState([step.graph], random(3));
  const losses: number[] = [];
  for (let i = 0; i < 20; i++) {
    const x = normal({ shape: [2, 1, 24, 24] }, random(4).fork(i));
    const { outputs } = await step.run(state, { x, rateScale: { data: Float32Array.of(1), shape: [] } });
    losses.push(outputs.loss!.data[0]!);
  }
  await step.release();
  return { losses, weights: [...state.values()].map(({ data }) => data) };
}

describe.skipIf(block === undefined)("training", () => {
  test("twenty steps have the losses of the portable lowering, and the same bits again with two threads", async () => {
    const [expected, received, again] = [
      await lossCurve("portable"),
      await lossCurve("cpu"),
      await lossCurve("cpu", 2),
    ];
    expect(received.losses.at(-1)).toBeLessThan(0.9 * received.losses[0]!);
    expect(received.losses).toBeAllclose(expected.losses, { relative: 1e-5, absolute: 0 });
    expect(again).toEqual(received);
  });

  test("half of the multiplications give the same bits with one thread and two", async () => {
    const graph = createGraph();
    const filter = graph.parameter("filter", [96, 96, 3, 3], heInit());
    const image = graph.input("image", [1, 96, 32, 32]);
    const [dImage, dFilter] = gradient(mean(square(conv2d(image, filter, { padding: 1 }))), [image, filter]);
    const [one, two] = await Promise.all(
      [1, 2].map(async (threads) => {
        const step = await compileStep({ graph, outputs: { dImage: dImage!, dFilter: dFilter! } }, { threads });
        const { outputs } = await step.run(initialState([graph], random(5)), { image: normal(image, random(6)) });
        await step.release();
        return outputs;
      }),
    );
    expect(two).toEqual(one);
  });

  /** Largest difference of the outputs from those of the portable lowering, in parts of the largest number. */
  async function difference(graph: Graph, outputs: Record<string, Value>): Promise<number> {
    const state = initialState([graph], random(7));
    const inputs = Object.fromEntries(
      [...graph.inputs].map(([name, { shape }]) => [name, normal({ shape }, random(8).fork(name))]),
    );
    const run = async (lowering: LoweringChoice) => {
      const compiled = await compileFunction(graph, outputs, { lowering, state, threads: 2 });
      const results = await compiled.run(inputs);
      await compiled.release();
      return results;
    };
    const [received, expected] = [await run("cpu"), await run("portable")];
    const differences = Object.keys(outputs).map((name) => {
      const [a, b] = [received[name]!.data, expected[name]!.data];
      const most = b.reduce((max, number) => Math.max(max, Math.abs(number)), 0);
      return a.reduce((max, number, i) => Math.max(max, Math.abs(number - b[i]!)), 0) / most;
    });
    return Math.max(...differences);
  }

  test.each([
    { image: [1, 64, 64, 16], k: 64, kernel: 3, stride: 1, padding: 1, what: "16 strips, halved" },
    { image: [1, 64, 128, 8], k: 64, kernel: 3, stride: 1, padding: 1, what: "32 strips, two blocks, halved" },
    {
      image: [4, 64, 16, 24],
      k: 96,
      kernel: 3,
      stride: 1,
      padding: 1,
      what: "strips of four images in a block, halved",
    },
    { image: [2, 64, 34, 30], k: 64, kernel: 3, stride: 1, padding: 0, what: "strips without zeros beside them" },
    { image: [8, 32, 20, 20], k: 32, kernel: 3, stride: 1, padding: 1, what: "strips, not halved" },
    { image: [4, 32, 32, 32], k: 16, kernel: 4, stride: 2, padding: 1, what: "strips with strides" },
    { image: [4, 48, 12, 5], k: 32, kernel: 1, stride: 1, padding: 0, what: "strips without border" },
    { image: [4, 48, 16, 16], k: 32, kernel: 1, stride: 1, padding: 0, what: "every 16th pixel" },
    { image: [1, 32, 32, 32], k: 48, kernel: 1, stride: 1, padding: 0, what: "every 16th pixel of one image" },
    { image: [4, 20, 16, 16], k: 32, kernel: 1, stride: 1, padding: 0, what: "every 16th pixel of a plain image" },
    { image: [4, 32, 16, 16], k: 20, kernel: 1, stride: 1, padding: 0, what: "every 16th pixel, to a plain image" },
    { image: [4, 48, 16, 16], k: 32, kernel: 1, stride: 2, padding: 0, what: "every other pixel" },
    { image: [4, 48, 16, 16], k: 32, kernel: 1, stride: 1, padding: 1, what: "single pixels with a border" },
    { image: [4, 3, 64, 64], k: 16, kernel: 3, stride: 2, padding: 1, what: "strips of a plain image" },
    { image: [8, 3, 32, 32], k: 32, kernel: 4, stride: 4, padding: 0, what: "strips of a plain image without border" },
    { image: [4, 16, 64, 64], k: 16, kernel: 3, stride: 1, padding: 1, what: "few filters, in shares" },
    { image: [2, 16, 64, 64], k: 32, kernel: 3, stride: 1, padding: 1, what: "two blocks of filters, in shares" },
  ])("weight gradients of $image: $what", async ({ image, k, kernel, stride, padding }) => {
    const graph = createGraph();
    const c = image[1]!;
    const each = graph.parameter("each", [c, 1, 1, 1], heInit());
    const x = conv2d(graph.input("x", image), each, { groups: c }); // in blocks, if there are any
    const filter = graph.parameter("filter", [k, c, kernel, kernel], heInit());
    const last = graph.parameter("last", [k, 1, 1, 1], heInit());
    const y = conv2d(conv2d(x, filter, { stride, padding }), last, { groups: k }); // so is its gradient
    const [dFilter] = gradient(sum(mul(y, graph.input("dy", y.shape))), [filter]);
    expect(await difference(graph, { dFilter: dFilter! })).toBeLessThan(5e-6);
  });

  test("what is added to channels before a normalisation takes no pass of its own", async () => {
    const graph = createGraph();
    const x = graph.input("x", [2, 16, 12, 12]);
    const told = graph.input("told", [2, 32, 1, 1]);
    const filter = graph.parameter("filter", [32, 16, 3, 3], heInit());
    const image = conv2d(x, filter, { padding: 1 });
    const y = silu(groupNorm(add(image, told), { groups: 8 }));
    const [dFilter, dTold] = gradient(sum(mul(y, graph.input("dy", y.shape))), [filter, told]);
    expect(await difference(graph, { y, dFilter: dFilter!, dTold: dTold! })).toBeLessThan(1e-5);
    const passes = (output: Value) => {
      const perChannel = ({ opType, attributes: { kernel_shape: kernel } }: OnnxNode) =>
        opType === "Conv" && kernel?.type === "ints" && kernel.value.every((extent) => extent === 1);
      return cpu(graph, { output }, { block: 16 }).nodes.filter(perChannel).length;
    };
    expect(passes(y)).toBe(passes(silu(groupNorm(image, { groups: 8 }))));
  });

  test("parts of the rows of pixels come straight from the image", async () => {
    const graph = createGraph();
    const filter = graph.parameter("filter", [96, 16, 1, 1], heInit());
    const image = conv2d(graph.input("x", [2, 16, 6, 5]), filter);
    for (const heads of [1, 2]) {
      const rows = transpose(reshape(image, [2 * heads, 96 / heads, 30]));
      const size = 96 / heads / 3;
      const [q, k, v] = split(rows, { axis: 2, lengths: [size, size, size] });
      expect(await difference(graph, { q: q!, k: k!, v: v! })).toBeLessThan(1e-6);
      const nodes = cpu(graph, { q: q!, v: v! }, { block: 16 }).nodes.map(({ opType }) => opType);
      expect(nodes.filter((opType) => opType === "Gather")).toHaveLength(2);
      expect(nodes).not.toContain("Split");
    }
  });

  test("a step says how it was lowered", async () => {
    const used = async (lowering?: LoweringChoice) => {
      const step = await compileStep(network(), lowering ? { lowering } : {});
      await step.release();
      return step.lowering;
    };
    expect([await used("cpu"), await used("auto"), await used("portable")]).toEqual(["cpu", "cpu", "portable"]);
  });

  test("a function is lowered in blocks where that halves most of its convolutions", async () => {
    const graph = createGraph();
    const image = graph.input("image", [1, 96, 32, 32]);
    const wide = conv2d(image, graph.parameter("wide", [96, 96, 3, 3], heInit()), { padding: 1 });
    const narrow = conv2d(image, graph.parameter("narrow", [16, 96, 3, 3], heInit()), { padding: 1 });
    expect(await functionLowering({ wide })).toBe("cpu");
    expect(await functionLowering({ narrow })).toBe("portable");
    expect(await functionLowering({ wide, narrow })).toBe("cpu");
    expect(await functionLowering({ wide }, "cuda")).toBe("portable");
  });

  test("a function with constant weights gives the same", async () => {
    const graph = createGraph();
    const x = graph.input("x", [1, 3, 20, 20]);
    const y = conv2d(
      relu(conv2d(x, graph.parameter("a", [16, 3, 3, 3], heInit()))),
      graph.parameter("b", [16, 16, 3, 3], heInit()),
    );
    const state = initialState([graph], random(0));
    const image = normal(x, random(1));
    const [expected, received] = await Promise.all(
      (["portable", "cpu"] as const).map(async (lowering) => {
        const compiled = await compileFunction(graph, { y }, { state, lowering });
        const results = await compiled.run({ x: image });
        await compiled.release();
        return results.y!.data;
      }),
    );
    expect(received!).toBeAllclose(expected!, { relative: 1e-5, absolute: 1e-5 });
  });
});
