import { describe, expect, test } from "vitest";
import { GraphError, SessionError } from "../../src/core/errors.ts";
import { random } from "../../src/core/random.ts";
import { gradient } from "../../src/engine/gradient.ts";
import { createGraph } from "../../src/engine/graph.ts";
import { normalInit, onesInit, zerosInit } from "../../src/engine/initializers.ts";
import { add, mul, sum } from "../../src/engine/ops/index.ts";
import { adam } from "../../src/engine/optimizers/adam.ts";
import { compileFunction, compileStep, initialState } from "../../src/engine/step.ts";

/** y = w·x, then w grows by x, and n counts. */
function growing() {
  const graph = createGraph();
  const x = graph.input("x", [2]);
  const w = graph.parameter("w", [2], onesInit);
  const n = graph.state("n", [], zerosInit);
  graph.assign(w, add(w, x));
  graph.assign(n, add(n, 1));
  return { graph, outputs: { y: mul(w, x), n } };
}

const x = { data: Float32Array.of(2, 3), shape: [2] };

describe("a step", () => {
  test("computes with the old state and replaces it", async () => {
    const step = await compileStep(growing());
    const state = initialState([step.graph], random(0));
    const before = state.get("w")!;
    const { outputs } = await step.run(state, { x });
    expect([...outputs.y!.data]).toEqual([2, 3]);
    expect([...outputs.n!.data]).toEqual([0]);
    expect([...state.get("w")!.data]).toEqual([3, 4]);
    expect([...before.data]).toEqual([1, 1]);
    await step.run(state, { x });
    expect([...state.get("w")!.data]).toEqual([5, 7]);
    expect([...state.get("n")!.data]).toEqual([2]);
    await step.release();
  });

  test("sees numbers that were changed in place", async () => {
    const step = await compileStep(growing());
    const state = initialState([step.graph], random(0));
    await step.run(state, { x });
    state.get("w")!.data.fill(10);
    expect([...(await step.run(state, { x })).outputs.y!.data]).toEqual([20, 30]);
    await step.release();
  });

  test("says what is missing or of the wrong shape", async () => {
    const step = await compileStep(growing());
    const state = initialState([step.graph], random(0));
    await expect(step.run(new Map(), { x })).rejects.toThrow(GraphError);
    await expect(step.run(state, {})).rejects.toThrow('an input "x"');
    const wrong = { data: new Float32Array(3), shape: [3] };
    await expect(step.run(state, { x: wrong })).rejects.toThrow(SessionError);
    await step.release();
  });
});

describe("a function", () => {
  test("has the state's numbers inside and changes nothing", async () => {
    const { graph, outputs } = growing();
    const state = initialState([graph], random(0));
    const compiled = await compileFunction(graph, { y: outputs.y }, { state });
    expect([...(await compiled.run({ x })).y!.data]).toEqual([2, 3]);
    expect([...(await compiled.run({ x })).y!.data]).toEqual([2, 3]);
    await compiled.release();
    await expect(compileFunction(graph, { y: outputs.y })).rejects.toThrow('numbers for "w"');
  });
});

/** y = w·x, then w moves by Adam so that y becomes smaller; w is large enough for a function to read it where it is. */
function learning() {
  const graph = createGraph();
  const shape = [4096];
  const x = graph.input("x", shape);
  const w = graph.parameter("w", shape, onesInit);
  const y = mul(w, x);
  adam({ learningRate: 0.1 }).update(graph, { name: "adam", parameters: [w], gradients: gradient(sum(y), [w]) });
  const inputs = {
    x: { data: new Float32Array(4096).fill(2), shape },
    rateScale: { data: Float32Array.of(1), shape: [] },
  };
  return { graph, outputs: { y }, inputs };
}

test("a function keeps its numbers while the state is trained on; once it is released, steps write over them again", async () => {
  const { graph, outputs, inputs } = learning();
  const step = await compileStep({ graph, outputs });
  const state = initialState([graph], random(0));
  const kept = await compileFunction(graph, outputs, { state });
  const first = state.get("w")!;
  const y = async () => (await kept.run(inputs)).y!.data[7];
  expect(await y()).toBe(2);
  for (let i = 1; i <= 3; i++) {
    const { outputs } = await step.run(state, inputs);
    expect(outputs.y!.data[7]).toBeCloseTo(2 * (1 - 0.1 * (i - 1)), 5);
    expect(await y()).toBe(2);
  }
  expect(first.data[7]).toBe(1);
  await kept.release();

  const later = await compileFunction(graph, outputs, { state });
  await later.release();
  const arrays = new Set<Float32Array>();
  for (let i = 0; i < 6; i++) {
    await step.run(state, inputs);
    arrays.add(state.get("w")!.data);
  }
  expect(arrays.size).toBeLessThanOrEqual(2);
  expect(state.get("w")!.data[7]).toBeCloseTo(0.1, 5);
  await step.release();
});

describe("the initial state", () => {
  const named = (...names: string[]) => {
    const graph = createGraph();
    for (const name of names) graph.parameter(name, [3], normalInit(1));
    return graph;
  };

  test("does not depend on the order of parameters or graphs", () => {
    const [forward, backward] = [
      initialState([named("a", "b")], random(1)),
      initialState([named("b"), named("a")], random(1)),
    ];
    expect(Object.fromEntries(forward)).toEqual(Object.fromEntries(backward));
    expect(forward.get("a")!.data).not.toEqual(forward.get("b")!.data);
    expect(initialState([named("a")], random(2)).get("a")!.data).not.toEqual(forward.get("a")!.data);
  });

  test("an initializer must fill the shape", () => {
    const graph = createGraph();
    graph.parameter("w", [3], () => new Float32Array(2));
    expect(() => initialState([graph], random(0))).toThrow("3 numbers");
  });
});
