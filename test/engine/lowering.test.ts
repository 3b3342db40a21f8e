import { describe, expect, test } from "vitest";
import { GraphError } from "../../src/core/errors.ts";
import { random } from "../../src/core/random.ts";
import { createGraph, type Value } from "../../src/engine/graph.ts";
import { normalInit, zerosInit } from "../../src/engine/initializers.ts";
import { channelsPerBlock } from "../../src/engine/lowerings/cpu/probe.ts";
import { type Lowering, lowerings } from "../../src/engine/lowerings/index.ts";
import { add, conv2d, detach, mul, relu, split } from "../../src/engine/ops/index.ts";
import { openSession } from "../../src/engine/session.ts";
import { initialState } from "../../src/engine/step.ts";
import type { OnnxModel } from "../../src/onnx/model.ts";
import { operatorReferences } from "./fixture.ts";
import { composed, type Sample, samples } from "./samples.ts";

const block = await channelsPerBlock();

describe("portable", () => {
  test("writes only operators of the ONNX standard, set 20", () => {
    const reference = operatorReferences();
    const types = new Set<string>();
    for (const [operator, named] of Object.entries<Readonly<Record<string, Sample>>>({ ...samples, composed }))
      for (const [name, sample] of Object.entries(named)) {
        const graph = createGraph();
        const inputs: Value[] = [];
        for (let i = 0; reference[`${operator}/${name}/input${i}`]; i++)
          inputs.push(graph.input(`x${i}`, reference[`${operator}/${name}/input${i}`]!.shape));
        const model = lowerings.portable(graph, { output: sample(inputs) });
        expect(model.opsets).toEqual({ "": 20 });
        for (const node of model.nodes) {
          expect(node.domain).toBe("");
          types.add(node.opType);
        }
      }
    expect(types.size).toBeGreaterThan(30); // names that the standard lacks are refused by the runtime, in operators.test.ts
  });

  test("small depthwise convolutions are products while their filters train, and stay convolutions when these are constant", async () => {
    const graph = createGraph();
    const [x, w] = [graph.input("x", [8, 16, 4, 4]), graph.parameter("w", [16, 1, 3, 3], normalInit(1))];
    const y = conv2d(x, w, { padding: 1, groups: 16 });
    const state = initialState([graph], random(3));
    const training = lowerings.portable(graph, { y });
    const constant = lowerings.portable(graph, { y }, { weights: state });
    const operators = ({ nodes }: OnnxModel) => new Set(nodes.map(({ opType }) => opType));
    expect(operators(training)).toContain("MatMul");
    expect(operators(training)).not.toContain("Conv");
    expect(operators(constant)).toEqual(new Set(["Conv"]));
    const image = { data: Float32Array.from({ length: 8 * 16 * 16 }, (_, i) => Math.sin(i)), shape: x.shape };
    const [a, b] = await Promise.all([training, constant].map((model) => openSession(model)));
    const [products, taps] = [await a!.run({ x: image, w: state.get("w")! }), await b!.run({ x: image })];
    const differences = [...products["y"]!.data].map((number, i) => Math.abs(number - taps["y"]!.data[i]!));
    expect(Math.max(...differences)).toBeLessThan(1e-5);
    await Promise.all([a!.release(), b!.release()]);
  });
});

describe.each(Object.keys(lowerings) as (keyof typeof lowerings)[])("%s", (name) => {
  const lower: Lowering = (graph, outputs, options) => lowerings[name](graph, outputs, { ...options, block });

  test("drops what no output needs", () => {
    const graph = createGraph();
    const x = graph.input("x", [2, 6]);
    graph.parameter("unused", [3], zerosInit);
    relu(mul(x, 3));
    const model = lower(graph, { y: add(x, 1) });
    expect(model.nodes).toHaveLength(1);
    expect(model.inputs.map((input) => input.name)).toEqual(["x"]);
    expect(model.initializers).toHaveLength(1);
  });

  test("joins the parts of one split", () => {
    const graph = createGraph();
    const [a, b, c] = split(graph.input("x", [2, 6]), { axis: 1, lengths: [1, 2, 3] });
    expect(lower(graph, { a: a!, b: b!, c: c! }).nodes.map(({ opType }) => opType)).toEqual(["Split"]);
  });

  test("outputs may be inputs, constants, each other, and the result of one node twice", async () => {
    const graph = createGraph();
    const x = graph.input("x", [2]);
    const doubled = mul(x, 2);
    const outputs = { same: x, doubled, again: doubled, passed: detach(doubled), fixed: graph.constant(4, [1]) };
    const session = await openSession(lower(graph, outputs));
    const results = await session.run({ x: { data: Float32Array.of(1, 2), shape: [2] } });
    expect(Object.fromEntries(Object.entries(results).map(([key, { data }]) => [key, [...data]]))).toEqual({
      same: [1, 2],
      doubled: [2, 4],
      again: [2, 4],
      passed: [2, 4],
      fixed: [4],
    });
    await session.release();
  });

  test("a variable becomes an input, or with weights a part of the model", () => {
    const graph = createGraph();
    const y = add(graph.input("x", [2]), graph.parameter("w", [2], zerosInit));
    expect(lower(graph, { y }).inputs.map((input) => input.name)).toEqual(["x", "w"]);
    const weights = new Map([["w", { data: Float32Array.of(1, 2), shape: [2] }]]);
    const model = lower(graph, { y }, { weights, metadata: { note: "α" } });
    expect(model.inputs.map((input) => input.name)).toEqual(["x"]);
    expect(model.initializers).toMatchObject([{ name: "w", data: Float32Array.of(1, 2) }]);
    expect(model.metadata).toEqual({ note: "α" });
    expect(() => lower(graph, { y }, { weights: new Map([["w", { data: new Float32Array(3), shape: [3] }]]) })).toThrow(
      GraphError,
    );
  });

  test("deep graphs do not exhaust the stack", () => {
    const graph = createGraph();
    let y: Value = graph.input("x", [1]);
    for (let i = 0; i < 20_000; i++) y = add(y, i + 1);
    expect(lower(graph, { y }).nodes).toHaveLength(20_000);
  });
});
