import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { random } from "../../src/core/random.ts";
import { tensor } from "../../src/core/tensor.ts";
import { arrayTypes } from "../../src/engine/diagnostics/array-types.ts";
import { nodeCosts } from "../../src/engine/diagnostics/cost.ts";
import { modelEstimate, nodeMs, stepEstimate, stepMemory } from "../../src/engine/diagnostics/estimate.ts";
import {
  estimateStep,
  type Layer,
  layerTable,
  networkPicture,
  productOperations,
  profileStep,
  scopeAt,
  sharesBy,
} from "../../src/engine/diagnostics/index.ts";
import type { MachineSpeed } from "../../src/engine/diagnostics/machine-speed.ts";
import { memoryWalk } from "../../src/engine/diagnostics/memory.ts";
import { nodeOwners, OPTIMIZER } from "../../src/engine/diagnostics/owners.ts";
import { paceOf } from "../../src/engine/diagnostics/pace.ts";
import { nodeEvents, summed } from "../../src/engine/diagnostics/profile.ts";
import { gradient } from "../../src/engine/gradient.ts";
import { createGraph, type Graph, type Value } from "../../src/engine/graph.ts";
import { NCHWC } from "../../src/engine/lowerings/cpu/pen.ts";
import { portable } from "../../src/engine/lowerings/portable.ts";
import {
  conv2d,
  convTranspose2d,
  matMul,
  mean,
  relu,
  softmax,
  square,
  sub,
  sum,
  transpose,
} from "../../src/engine/ops/index.ts";
import { adam } from "../../src/engine/optimizers/adam.ts";
import type { StepGraph } from "../../src/engine/step.ts";
import { unet } from "../../src/nn/networks/index.ts";
import { parametersOf } from "../../src/nn/parameters.ts";
import { scope } from "../../src/nn/scope.ts";
import type { OnnxModel, OnnxNode } from "../../src/onnx/model.ts";

const smallUnet = { inputChannels: 1, outputChannels: 1, channels: [16, 32], norm: "batch", mode: "train" } as const;

const counted: Record<string, number> = JSON.parse(
  readFileSync(new URL("../../fixtures/engine/operations.json", import.meta.url), "utf8"),
);

describe("operations", () => {
  const attention = (q: Value, k: Value, v: Value) => matMul(softmax(matMul(q, transpose(k))), v);
  const rows = [6, 64, 16];
  const cases: Record<string, (input: (...shape: number[]) => Value) => Record<string, Value>> = {
    convolution: (x) => ({ y: conv2d(x(2, 8, 12, 10), x(16, 8, 3, 3), { padding: 1 }) }),
    "strided convolution": (x) => ({ y: conv2d(x(2, 8, 13, 11), x(24, 8, 5, 5), { stride: 2, padding: 2 }) }),
    "dilated convolution": (x) => ({ y: conv2d(x(1, 4, 15, 15), x(12, 4, 3, 3), { dilation: 2 }) }),
    "grouped convolution": (x) => ({ y: conv2d(x(1, 16, 9, 9), x(32, 4, 3, 3), { padding: 1, groups: 4 }) }),
    "transposed convolution": (x) => ({
      y: convTranspose2d(x(2, 16, 6, 6), x(16, 8, 4, 4), { stride: 2, padding: 1 }),
    }),
    "convolution and its gradients": (x) =>
      withGradients((a, w) => conv2d(a, w, { padding: 1 }), [x(2, 8, 12, 10), x(16, 8, 3, 3)]),
    "strided convolution and its gradients": (x) =>
      withGradients((a, w) => conv2d(a, w, { stride: 2, padding: 2 }), [x(2, 8, 13, 11), x(24, 8, 5, 5)]),
    "transposed convolution and its gradients": (x) =>
      withGradients((z, w) => convTranspose2d(z, w, { stride: 2, padding: 1 }), [x(2, 16, 6, 6), x(16, 8, 4, 4)]),
    product: (x) => ({ y: matMul(x(32, 48), x(48, 20)) }),
    "batched product": (x) => ({ y: matMul(x(6, 32, 48), x(6, 48, 20)) }),
    "product and its gradients": (x) => withGradients(matMul, [x(32, 48), x(48, 20)]),
    attention: (x) => ({ y: attention(x(...rows), x(...rows), x(...rows)) }),
    "attention and its gradients": (x) => withGradients(attention, [x(...rows), x(...rows), x(...rows)]),
  };

  const built = (build: (typeof cases)[string]) => {
    const graph = createGraph();
    let inputs = 0;
    return { graph, outputs: build((...shape) => graph.input(`x${inputs++}`, shape)) };
  };

  test.each(Object.entries(cases))("%s: the mathematics needs as many as PyTorch counts", (name, build) => {
    expect(productOperations(built(build))).toBe(counted[name]);
  });

  test.each(Object.entries(cases))("%s: the portable model has as many", (name, build) => {
    const { graph, outputs } = built(build);
    const model = portable(graph, outputs);
    const products = nodeCosts(model, arrayTypes(model)).filter(({ pace }) =>
      ["convolution", "product"].includes(pace.of),
    );
    expect(products.reduce((total, { operations }) => total + operations, 0)).toBe(counted[name]);
  });

  test("there is a case for each that PyTorch counted", () => {
    expect(Object.keys(cases)).toEqual(Object.keys(counted));
  });

  test("a convolution reads its image and filter once and writes its result", () => {
    const graph = createGraph();
    const y = conv2d(graph.input("x", [2, 8, 12, 10]), graph.input("w", [16, 8, 3, 3]), { padding: 1 });
    const model = portable(graph, { y });
    const [cost] = nodeCosts(model, arrayTypes(model));
    expect(cost!.operations).toBe(2 * (2 * 16 * 12 * 10) * (8 * 3 * 3));
    expect(cost!.bytes).toBe(4 * (2 * 8 * 12 * 10 + 16 * 8 * 3 * 3 + 2 * 16 * 12 * 10));
  });
});

/** A function's result and the gradients of its sum by each input; the sum's own gradient is all ones, as in PyTorch. */
function withGradients(of: (...inputs: Value[]) => Value, inputs: Value[]): Record<string, Value> {
  const y = of(...inputs);
  const gradients = gradient(sum(y), inputs);
  return Object.fromEntries([y, ...gradients].map((value, i) => [`y${i}`, value]));
}

describe("shapes", () => {
  test("of every node of a training step are what the runtime sees", async () => {
    const { inputs, step } = smallStep();
    const { model } = await profileStep(step, { inputs, runs: 1 });
    const types = arrayTypes(model);
    for (const { name, shape } of model.outputs) expect([name, types.get(name)!.shape]).toEqual([name, shape]);
  });

  test("an operator without a rule is named", () => {
    const model = chainModel([["Einsum", ["x"], "y"]]);
    expect(() => arrayTypes(model)).toThrow(/Einsum/);
  });
});

describe("memory", () => {
  const KB = 1024; // one array of 256 numbers

  test("binary operations need an array of their own, unary ones take over the last reader's, views cost nothing", () => {
    const model = chainModel([
      ["Add", ["x", "x"], "a"], // a: 1
      ["Relu", ["a"], "b"], // in a's place: 1
      ["Mul", ["b", "x"], "c"], // b and c: 2
      ["Relu", ["c"], "d"], // in c's place; b is free, but waits: 2
      ["Add", ["d", "x"], "e"], // takes b's buffer: 2
      ["Add", ["d", "e"], "y"], // the output has one of its own: 3
    ]);
    const { bytesAt, peakBytes, peakAt } = memoryWalk(model, arrayTypes(model));
    expect(bytesAt.map((bytes) => bytes / KB)).toEqual([1, 1, 2, 2, 2, 3]);
    expect([peakBytes, peakAt]).toEqual([3 * KB, 5]);
  });

  test("what is read again later cannot be written over", () => {
    const model = chainModel([
      ["Add", ["x", "x"], "a"],
      ["Relu", ["a"], "b"], // a is read again: a second array
      ["Add", ["a", "b"], "y"],
    ]);
    expect(memoryWalk(model, arrayTypes(model)).bytesAt.map((bytes) => bytes / KB)).toEqual([1, 2, 3]);
  });

  test("agrees with what the runtime took for a training step, to its rounding", async () => {
    const { inputs, step } = smallStep();
    const { model, arraysMb } = await profileStep(step, { inputs, runs: 1 });
    const walked = memoryWalk(model, arrayTypes(model)).peakBytes / 2 ** 20;
    expect(walked).toBeGreaterThan(0.75 * arraysMb); // the runtime's own count includes what it rounds up and scratch of kernels
    expect(walked).toBeLessThan(1.02 * arraysMb);
  });
});

describe("estimate", () => {
  const machine: MachineSpeed = {
    threads: 1,
    convolutionGflops: 100,
    wideConvolutionGflops: 70,
    productGflops: 50,
    memoryGbPerS: 10,
    nsPerRow: 5,
    usPerNode: 0.2,
    usPerArray: 3,
    handOverGbPerS: 5,
  };

  test("a node takes its operations or its bytes, whichever is longer, and a start", () => {
    const node = { name: "n", opType: "Add", domain: "", inputs: [], outputs: [], attributes: {} };
    const cost = (of: "product" | "wide convolution" | "memory" | "nothing") => ({
      node,
      operations: 1e8,
      bytes: 1e6,
      pace: { of, share: 0.5 },
    });
    expect(nodeMs(cost("product"), machine)).toBeCloseTo(1e8 / (50e6 * 0.5) + 0.001, 9);
    expect(nodeMs({ ...cost("product"), operations: 1 }, machine)).toBeCloseTo(0.1 + 0.001, 9);
    expect(nodeMs(cost("memory"), machine)).toBeCloseTo(0.2 + 0.001, 9);
    expect(nodeMs(cost("nothing"), machine)).toBeCloseTo(0.001, 9);
    expect(nodeMs(cost("wide convolution"), machine)).toBeCloseTo(1e8 / (70e6 * 0.5) + 0.001, 9);
    const bound = { of: "memory", share: 0.5, operationsShare: 0.1 } as const;
    expect(nodeMs({ ...cost("memory"), pace: bound }, machine)).toBeCloseTo(1e8 / (100e6 * 0.1) + 0.001, 9);
  });

  test("of a step is the sum of its parts, and grows with the batch", async () => {
    const one = await estimateStep(smallStep(1).step, { machine, processMb: 100 });
    const four = await estimateStep(smallStep(4).step, { machine, processMb: 100 });
    expect(one.byOperator.reduce((total, { ms }) => total + ms, 0)).toBeLessThanOrEqual(one.ms);
    expect(one.memory.processMb + one.memory.arraysMb + one.memory.stateMb).toBeCloseTo(one.peakMb, 9);
    expect(four.operations / one.operations).toBeGreaterThan(3);
    expect(four.memory.arraysMb).toBeGreaterThan(2 * one.memory.arraysMb);
    expect(four.memory.stateMb).toBe(one.memory.stateMb);
  });

  test("blocked convolutions in groups of many channels are as fast as those of one group", () => {
    const node = (group: number) => ({
      opType: "Conv",
      domain: NCHWC,
      name: "",
      inputs: ["x", "w"],
      outputs: ["y"],
      attributes: { group: { type: "int", value: group } } as const,
    });
    const extent = (...shape: number[]) => ({ shape, bytesPerNumber: 4 });
    const pace = (group: number, perGroup: number) =>
      paceOf(node(group), [extent(1, 64, 8, 8), extent(64, perGroup, 3, 3)], [1, 64, 6, 6]);
    expect(pace(4, 16)).toEqual(pace(1, 64));
    expect(pace(64, 1).of).toBe("memory");
  });

  test("steps in turn on one state share it, and the memory for their arrays", () => {
    const model = chainModel([["Add", ["x", "x"], "y"]]);
    const work = { models: [model, model], processMb: 10, stateMb: 1 };
    const single = modelEstimate(model, machine);
    expect(stepEstimate(work, machine).ms).toBeCloseTo(2 * single.ms, 12);
    const { stateMb, arraysMb } = stepEstimate(work, machine).memory;
    expect(stateMb).toBe(1);
    expect(arraysMb).toBe(stepMemory({ ...work, models: [model] }).arraysMb);
  });
});

describe("profile", () => {
  test("sums to the whole, by operator and by part, and names every layer", async () => {
    const { inputs, step } = smallStep();
    const profile = await profileStep(step, { inputs, runs: 2 });
    for (const shares of [profile.byOperator, profile.byScope, sharesBy(profile.nodes, scopeAt(2))]) {
      expect(shares.reduce((total, { ms }) => total + ms, 0)).toBeCloseTo(profile.ms, 9);
      expect(shares.reduce((total, { share }) => total + share, 0)).toBeCloseTo(1, 9);
      expect(shares.reduce((total, { nodes }) => total + nodes, 0)).toBe(profile.model.nodes.length);
    }
    const scopes = new Set(profile.byScope.map(({ name }) => name));
    for (const { name } of step.graph.parameters()) expect(scopes).toContain(name.slice(0, name.lastIndexOf("/")));
    expect(scopes).toContain(OPTIMIZER);
  });

  test("of several runs the fastest counts, node by node", () => {
    const event = (name: string, dur: number) => ({
      cat: "Node",
      name: `${name}_kernel_time`,
      dur,
      args: { mem_in_use_peak: "2097152" },
    });
    const events = nodeEvents([
      event("n0", 5000),
      event("n1", 700),
      event("n0", 3000),
      event("n1", 900),
      { cat: "Session", dur: 9 },
    ]);
    const profile = summed(
      chainModel([
        ["Add", ["x", "x"], "a"],
        ["Relu", ["a"], "y"],
      ]),
      events,
      ["net/a", "net/b"],
    );
    expect(profile.ms).toBeCloseTo(3.7, 12);
    expect(profile.byScope.map(({ name, ms }) => [name, ms])).toEqual([
      ["net/a", 3],
      ["net/b", 0.7],
    ]);
    expect(profile.arraysMb).toBe(2);
  });

  test("forward, input gradient, weight gradient and update of a layer find home", () => {
    const graph = createGraph();
    const [first, second] = [
      graph.parameter("net/first/w", [8, 8], zeros),
      graph.parameter("net/second/w", [8, 8], zeros),
    ];
    const hidden = relu(matMul(graph.input("x", [4, 8]), first));
    const loss = mean(square(matMul(hidden, second)));
    const [byFirst, bySecond] = gradient(loss, [first, second]);
    const moment = graph.state("adam/moment", [8, 8], zeros);
    const results = {
      "output/loss": loss,
      "next/net/first/w": sub(first, matMul(byFirst!, moment)),
      "next/net/second/w": sub(second, bySecond!),
    };
    const model = portable(graph, results);
    const owners = nodeOwners(model, graph.variables.keys(), ["net/first/w", "net/second/w"]);
    const products = model.nodes.flatMap(({ opType }, at) => (opType === "MatMul" ? [owners[at]] : []));
    expect(products.toSorted()).toEqual(
      // two forward, gradient by the hidden values (reads second), both weight gradients, and the product of the update
      ["net/first", "net/first", "net/second", "net/second", "net/second", OPTIMIZER].toSorted(),
    );
    expect(model.nodes.flatMap(({ opType }, at) => (opType === "Relu" ? [owners[at]] : []))).toEqual(["net/first"]);
  });
});

describe("picture", () => {
  const { step } = smallStep();
  const shares = parametersOf(step.graph).map(({ name }, i) => ({
    name: name.slice(0, name.lastIndexOf("/")),
    share: 1 / (i + 2),
  }));
  const layers = layerTable(step.graph, step.outputs, { shares });

  test("the table has every layer with its parameters and shape", () => {
    expect(layers.reduce((total, { parameters }) => total + parameters, 0)).toBe(
      parametersOf(step.graph).reduce((total, { shape }) => total + shape.reduce((a, b) => a * b, 1), 0),
    );
    const first = layers.find(({ name }) => name.endsWith("down0/conv1"))!;
    expect(first).toMatchObject({ kind: "convolution", shape: [2, 16, 32, 32], parameters: 16 * 9 });
    expect(layers.find(({ name }) => name.endsWith("down0/norm1"))!.kind).toBe("normalisation");
    expect(layerTable(step.graph, step.outputs, { parts: 2 }).map(({ name }) => name)).toContain("net/down0");
  });

  test("every layer is in it, and nothing overlaps or leaves the page", () => {
    const long: Layer = {
      name: `net/${"deep/".repeat(12)}conv`,
      kind: "convolution",
      shape: [16, 1280, 1024, 1024],
      parameters: 123_456_789,
      operations: 1,
      share: 0.3,
    };
    const svg = networkPicture([...layers, long], { title: "A & B <net>", timeOf: "training step" });
    for (const { name } of layers) expect(svg).toContain(`<title>${name}:`);
    expect(svg).toContain("A &amp; B &lt;net&gt;");
    const boxes = boxesOf(svg);
    expect(boxes.length).toBeGreaterThan(5 * layers.length);
    const [, width, height] = /viewBox="0 0 (\d+) (\d+)"/.exec(svg)!.map(Number);
    for (const box of boxes)
      expect(box.x0 >= 0 && box.y0 >= 0 && box.x1 <= width! && box.y1 <= height!, box.what).toBe(true);
    for (const [i, a] of boxes.entries())
      for (const b of boxes.slice(0, i))
        expect(a.x0 < b.x1 && b.x0 < a.x1 && a.y0 < b.y1 && b.y0 < a.y1, `${a.what} over ${b.what}`).toBe(false);
  });
});

/** Boxes of all rectangles but the page, and of all texts, letters taken as wide as wide ones are. */
function boxesOf(svg: string) {
  const number = (tag: string, name: string) => Number(new RegExp(` ${name}="([^"]*)"`).exec(tag)?.[1] ?? 0);
  const rectangles = [...svg.matchAll(/<rect class[^>]*>/g)].map(([tag]) => {
    const [x0, y0] = [number(tag, "x"), number(tag, "y")];
    return { what: tag, x0, y0, x1: x0 + number(tag, "width"), y1: y0 + number(tag, "height") };
  });
  const texts = [...svg.matchAll(/(<text[^>]*>)([^<]*)</g)].map(([, tag, words]) => {
    const size = number(tag!, "font-size");
    const width = 0.58 * size * words!.replace(/&\w+;/g, "&").length;
    const at = number(tag!, "x") - width * (tag!.includes('"end"') ? 1 : tag!.includes('"middle"') ? 0.5 : 0);
    const y = number(tag!, "y");
    return { what: words!, x0: at, y0: y - 0.75 * size, x1: at + width, y1: y + 0.2 * size };
  });
  return [...rectangles, ...texts];
}

const zeros = (shape: readonly number[]) => new Float32Array(shape.reduce((a, b) => a * b, 1));

/** Training step of a small U-Net, with values for its inputs. */
function smallStep(batch = 2): { step: StepGraph; inputs: Record<string, ReturnType<typeof tensor<Float32Array>>> } {
  const graph: Graph = createGraph();
  const shape = [batch, 1, 32, 32];
  const y = unet(scope(graph, "net"), graph.input("x", shape), smallUnet);
  const outputs = { loss: mean(square(sub(y, graph.input("truth", shape)))) };
  const parameters = parametersOf(graph);
  adam().update(graph, { name: "adam", parameters, gradients: gradient(outputs.loss, parameters) });
  const stream = random(0);
  const noise = () =>
    tensor(
      Float32Array.from({ length: batch * 1024 }, () => stream.normal()),
      shape,
    );
  return {
    step: { graph, outputs },
    inputs: { x: noise(), truth: noise(), rateScale: tensor(Float32Array.of(1), []) },
  };
}

/** A model of operators on arrays of 256 numbers, from x to y. */
function chainModel(
  nodes: readonly (readonly [opType: string, inputs: readonly string[], output: string])[],
): OnnxModel {
  const info = (name: string) => ({ name, dataType: "float32" as const, shape: [256] });
  return {
    irVersion: 10,
    opsets: { "": 20 },
    name: "chain",
    nodes: nodes.map(
      ([opType, inputs, output], i): OnnxNode => ({
        opType,
        domain: "",
        name: `n${i}`,
        inputs,
        outputs: [output],
        attributes: {},
      }),
    ),
    initializers: [],
    inputs: [info("x")],
    outputs: [info("y")],
    metadata: {},
  };
}
