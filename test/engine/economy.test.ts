import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { random } from "../../src/core/random.ts";
import { copyOf, type Tensor } from "../../src/core/tensor.ts";
import { arrayTypes } from "../../src/engine/diagnostics/array-types.ts";
import { memoryWalk } from "../../src/engine/diagnostics/memory.ts";
import { nodeEvents, type TraceEvent } from "../../src/engine/diagnostics/profile.ts";
import { runtimeModel } from "../../src/engine/diagnostics/runtime-model.ts";
import {
  foldConstants,
  keepApart,
  leastFirst,
  overwritable,
  recompute,
  runOrder,
} from "../../src/engine/economy/index.ts";
import { exponentialMovingAverage } from "../../src/engine/ema.ts";
import { gradient } from "../../src/engine/gradient.ts";
import { createGraph } from "../../src/engine/graph.ts";
import { heInit } from "../../src/engine/initializers.ts";
import { channelsPerBlock } from "../../src/engine/lowerings/cpu/probe.ts";
import { lower } from "../../src/engine/lowerings/index.ts";
import { add, conv2d, groupNorm, mean, silu, square } from "../../src/engine/ops/index.ts";
import { adam } from "../../src/engine/optimizers/adam.ts";
import { openSession } from "../../src/engine/session.ts";
import { compileStep, initialState, type StepGraph, stepResults } from "../../src/engine/step.ts";
import type { OnnxModel, OnnxNode } from "../../src/onnx/model.ts";
import { normal } from "./differentiation.ts";

const [LAYERS, CHANNELS, SIDE] = [6, 64, 32];

/** Convolutions with normalisation and SiLU in a row, residual, trained with Adam and averaged: filters large enough to be updated one by one. */
function deepStep(): StepGraph {
  const graph = createGraph();
  let x = graph.input("x", [1, CHANNELS, SIDE, SIDE]);
  for (let i = 0; i < LAYERS; i++) {
    const w = graph.parameter(`layer${i}/weight`, [CHANNELS, CHANNELS, 3, 3], heInit());
    x = add(x, silu(groupNorm(conv2d(x, w, { padding: 1 }), { groups: 8 })));
  }
  const loss = mean(square(x));
  const parameters = graph.parameters();
  adam({ learningRate: 1e-3 }).update(graph, { name: "adam", parameters, gradients: gradient(loss, parameters) });
  exponentialMovingAverage(graph, parameters, 0.99);
  return { graph, outputs: { loss } };
}

const step = deepStep();
const { model } = await lower("auto", step.graph, stepResults(step));
const assigned = [...step.graph.assignments.keys()].map(({ name }) => [name, `next/${name}`] as const);

describe.skipIf((await channelsPerBlock()) === undefined)("constants", () => {
  /** A convolution that the blocked lowering writes with many nodes for its filters, as a function with its weights inside. */
  async function wideFunction(channels: number, layers = 1) {
    const graph = createGraph();
    let y = graph.input("x", [1, channels, SIDE, SIDE]);
    for (let i = 0; i < layers; i++)
      y = conv2d(y, graph.parameter(`w${i}`, [channels, channels, 3, 3], heInit()), { padding: 1 });
    return (await lower("cpu", graph, { y }, { weights: initialState([graph], random(0)) })).model;
  }

  async function resultOf(model: OnnxModel) {
    const session = await openSession(model, { optimization: "all" });
    const { y } = await session.run({ x: normal({ shape: [1, 96, SIDE, SIDE] }, random(1)) });
    await session.release();
    return y;
  }

  test("what depends on them alone is computed once, with the same bits", async () => {
    const model = await wideFunction(96);
    const folded = await foldConstants(model);
    const known = new Set(folded.initializers.map(({ name }) => name));
    expect(folded.nodes.length).toBeLessThan(model.nodes.length - 6);
    expect(folded.nodes.some(({ inputs }) => inputs.every((name) => known.has(name)))).toBe(false);
    expect(known).not.toContain("w0"); // only what it became
    expect(await resultOf(folded)).toEqual(await resultOf(model));
  });

  test("what is too much is made again at every run", async () => {
    const model = await wideFunction(512, 5);
    const folded = await foldConstants(model);
    const known = new Set(folded.initializers.map(({ name }) => name));
    const read = new Set(folded.nodes.flatMap(({ inputs }) => inputs));
    const isWhole = Array.from({ length: 5 }, (_, i) => known.has(`w${i}`));
    expect(isWhole).toContain(true);
    expect(isWhole).toContain(false);
    const kept = folded.initializers.filter(({ name }) => !name.startsWith("w")).map(({ data }) => data.byteLength);
    expect(kept.reduce((sum, bytes) => sum + bytes, 0)).toBeLessThan(2 ** 26 + 2 ** 16);
    expect(folded.initializers.filter(({ name }) => !read.has(name))).toEqual([]);
  });
});

describe("order", () => {
  test("is the runtime's own", async () => {
    for (const each of [model, leastFirst(model)])
      expect(runOrder(each).map(({ name }) => name)).toEqual(await tracedOrder(each));
  });

  test("a filter moves on as soon as its gradient is there, the last layer's first", () => {
    const places = (each: typeof model) => {
      const order = runOrder(each).flatMap(({ outputs }) => outputs);
      return Array.from({ length: LAYERS }, (_, i) => order.indexOf(`next/layer${i}/weight`));
    };
    const thrifty = places(leastFirst(model));
    expect(thrifty).toEqual(thrifty.toSorted((a, b) => b - a));
    expect(places(model)).not.toEqual(thrifty);
  });

  test("every node stands behind what it needs", () => {
    const known = new Set([...model.inputs, ...model.initializers].map(({ name }) => name));
    for (const { inputs, outputs } of recompute(leastFirst(model)).nodes) {
      for (const name of inputs) expect(name === "" || known.has(name), name).toBe(true);
      for (const name of outputs) known.add(name);
    }
  });
});

describe("what is made again", () => {
  const peak = (each: typeof model) => memoryWalk({ ...each, nodes: runOrder(each) }, arrayTypes(each)).peakBytes;
  const thrifty = leastFirst(recompute(leastFirst(model)));

  test("makes the peak lower, and leaves convolutions of channels with each other alone", () => {
    expect(peak(thrifty)).toBeLessThan(0.95 * peak(model));
    const dense = (each: typeof model) =>
      each.nodes.filter(
        ({ opType, attributes: { group } }) => opType === "Conv" && !(group?.type === "int" && group.value > 1),
      );
    expect(dense(thrifty)).toHaveLength(dense(model).length);
    expect(thrifty.nodes.length).toBeGreaterThan(model.nodes.length);
  });

  test("stays twice in the runtime, which could join equal nodes", async () => {
    const ran = await runtimeModel(thrifty);
    expect(ran.nodes.some(({ name }) => name.endsWith("/again"))).toBe(true);
  });

  test("changes no bit of a result", async () => {
    const feeds = { ...Object.fromEntries(initialState([step.graph], random(3))), ...inputs(0) };
    const results = await Promise.all(
      [model, thrifty].map(async (each) => {
        const session = await openSession(each, { optimization: "disabled" });
        return session.run(feeds);
      }),
    );
    expect(results[1]).toEqual(results[0]);
  });

  test("is nothing in a network that only computes", async () => {
    const graph = createGraph();
    const y = silu(conv2d(graph.input("x", [1, 16, 64, 64]), graph.parameter("w", [16, 16, 3, 3], heInit())));
    const { model: forward } = await lower("auto", graph, { y });
    expect(recompute(forward).nodes).toHaveLength(forward.nodes.length);
  });
});

describe("what is written over", () => {
  test("moments and averages are, filters are where no later gradient reads them", async () => {
    const { model: plain } = await lower("portable", step.graph, stepResults(step));
    const safe = overwritable(plain, assigned);
    for (const [name] of assigned) {
      if (name.startsWith("adam/moment") || name.startsWith("ema/layer")) expect(safe.has(name), name).toBe(true);
      // The gradient of an earlier layer reads the filter, and the filter's own new value does not wait for it
      if (name.startsWith("layer")) expect(safe.has(name), name).toBe(name.startsWith("layer0"));
    }
  });

  test("a state that is read after its new value could be written keeps its memory", () => {
    const graph = createGraph();
    const [a, b] = ["a", "b"].map((name) => graph.state(name, [4], (shape) => new Float32Array(shape[0]!)));
    graph.assign(a!, add(a!, 1));
    graph.assign(b!, add(a!, b!)); // reads a, and a's new value does not wait for it
    return lower("portable", graph, stepResults({ graph, outputs: {} })).then((lowered) => {
      const safe = overwritable(lowered.model, [
        ["a", "next/a"],
        ["b", "next/b"],
      ]);
      expect([...safe]).toEqual(["b"]);
    });
  });

  test("steps on one state end in the bits of steps into new arrays", async () => {
    const compiled = await compileStep(step);
    const [reused, renewed] = [initialState([step.graph], random(4)), initialState([step.graph], random(4))];
    for (let i = 0; i < 4; i++) {
      await compiled.run(reused, inputs(i));
      for (const [name, tensor] of renewed) renewed.set(name, copyOf(tensor));
      await compiled.run(renewed, inputs(i));
    }
    await compiled.release();
    expect(Object.fromEntries(reused)).toEqual(Object.fromEntries(renewed));
  });

  test("from the second run on a state takes no new memory", async () => {
    const compiled = await compileStep(step);
    const state = initialState([step.graph], random(5));
    const arrays = () => new Set([...state.values()].map(({ data }) => data));
    const seen = arrays();
    for (let i = 0; i < 2; i++) {
      await compiled.run(state, inputs(i));
      for (const data of arrays()) seen.add(data);
    }
    for (let i = 2; i < 6; i++) {
      await compiled.run(state, inputs(i));
      for (const data of arrays()) expect(seen.has(data)).toBe(true);
    }
    await compiled.release();
  });
});

describe("buffers that wait", () => {
  const MB = 2 ** 20;
  const node = (opType: string, inputs: readonly string[], output: string, attributes: OnnxNode["attributes"] = {}) =>
    ({ opType, domain: "", name: output, inputs, outputs: [output], attributes }) as const;
  const ints = (name: string, ...numbers: number[]) =>
    ({ name, dataType: "int64", shape: [numbers.length], data: BigInt64Array.from(numbers, BigInt) }) as const;
  /** Of 4 MB each x, a, b, d and y, of 8 MB wide and squared, at which a is free and waits for d. */
  const waiting: OnnxModel = {
    irVersion: 10,
    opsets: { "": 20 },
    name: "waiting",
    nodes: [
      node("Add", ["x", "x"], "a"),
      node("Add", ["a", "a"], "b"),
      node("Concat", ["b", "b"], "wide", { axis: { type: "int", value: 1 } }),
      node("Mul", ["wide", "wide"], "squared"),
      node("Slice", ["squared", "start", "end", "axis"], "d"),
      node("Add", ["d", "x"], "y"),
    ],
    initializers: [ints("start", 7), ints("end", MB + 7), ints("axis", 1)],
    inputs: [{ name: "x", dataType: "float32", shape: [1, MB] }],
    outputs: [{ name: "y", dataType: "float32", shape: [1, MB] }],
    metadata: {},
  };
  const walk = (each: OnnxModel) => memoryWalk(each, arrayTypes(each), (name) => name === "y");
  const x = normal({ shape: [1, MB] }, random(5));

  test("are found at the peak, and are let go of", () => {
    expect(walk(waiting)).toMatchObject({ peakBytes: 20 * MB, peakAt: 3, awaited: ["d"] });
    expect(walk(keepApart(waiting))).toMatchObject({ peakBytes: 16 * MB, awaited: [] });
  });

  test("of medium size too where they are asked for, and nothing else changes", async () => {
    const graph = createGraph();
    let y = graph.input("x", [1, 16, 64, 64]); // 256 KB
    for (let i = 0; i < 4; i++) y = silu(conv2d(y, graph.parameter(`w${i}`, [16, 16, 3, 3], heInit()), { padding: 1 }));
    const { model: each } = await lower("auto", graph, { y }, { weights: initialState([graph], random(0)) });
    const made = each.nodes.flatMap(({ outputs }) => outputs).filter((name) => name !== "y");
    const apart = (of: OnnxModel) =>
      made.filter((name) => of.nodes.some(({ inputs }) => inputs[0] === `${name}/apart`));
    expect(apart(keepApart(each))).toEqual([]);
    expect(apart(keepApart(each, { mediumToo: true })).length).toBeGreaterThanOrEqual(7); // four convolutions, three SiLUs
    const x = normal({ shape: [1, 16, 64, 64] }, random(6));
    const results = [];
    for (const of of [each, keepApart(each, { mediumToo: true })]) {
      const session = await openSession(of, { exactShapes: true });
      results.push((await session.run({ x })).y);
      await session.release();
    }
    expect(results[1]).toEqual(results[0]);
  });

  test("are let go of by the runtime too, which computes the same bits", async () => {
    const results = [];
    const peaks = [];
    for (const each of [waiting, keepApart(waiting)]) {
      const folder = mkdtempSync(join(tmpdir(), "fantascope-waiting-"));
      const session = await openSession(each, { traceFilePrefix: join(folder, "trace") });
      results.push((await session.run({ x })).y);
      await session.release();
      const trace = JSON.parse(readFileSync(join(folder, readdirSync(folder)[0]!), "utf8")) as TraceEvent[];
      peaks.push(nodeEvents(trace).peakBytes / MB);
      rmSync(folder, { recursive: true });
      const native = await openSession(each, { exactShapes: true });
      results.push((await native.run({ x })).y);
      await native.release();
    }
    for (const result of results) expect(result).toEqual(results[0]);
    expect(peaks[0]! - peaks[1]!).toBeCloseTo(4, 1);
  });
});

/** Names of nodes in the order in which the runtime ran them, with the model as it is. */
async function tracedOrder(each: typeof model): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), "fantascope-order-"));
  try {
    const session = await openSession(each, { optimization: "disabled", traceFilePrefix: join(folder, "trace") });
    await session.run({ ...Object.fromEntries(initialState([step.graph], random(3))), ...inputs(0) });
    await session.release();
    const trace = JSON.parse(readFileSync(join(folder, readdirSync(folder)[0]!), "utf8")) as (TraceEvent & {
      ts: number;
    })[];
    const isKernel = ({ cat, name }: TraceEvent) => cat === "Node" && name!.endsWith("_kernel_time");
    const events = trace.filter(isKernel).sort((a, b) => a.ts - b.ts);
    return events.map(({ name }) => name!.replace("_kernel_time", ""));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function inputs(index: number): Record<string, Tensor> {
  const x = normal({ shape: [1, CHANNELS, SIDE, SIDE] }, random(index).fork("x"));
  return { x, rateScale: { data: Float32Array.of(1), shape: [] } };
}
