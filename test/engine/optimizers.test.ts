import { describe, expect, test } from "vitest";
import { random } from "../../src/core/random.ts";
import { sizeOf } from "../../src/core/shape.ts";
import { exponentialMovingAverage } from "../../src/engine/ema.ts";
import { gradient } from "../../src/engine/gradient.ts";
import { createGraph } from "../../src/engine/graph.ts";
import { heInit } from "../../src/engine/initializers.ts";
import { add, matMul, mean, mul, softplus, sub, sum, tanh } from "../../src/engine/ops/index.ts";
import {
  accumulate,
  adam,
  adamW,
  clipByGlobalNorm,
  clipByValue,
  type Optimizer,
  type optimizers,
  sgd,
} from "../../src/engine/optimizers/index.ts";
import { linearDecay, type Schedule } from "../../src/engine/schedules.ts";
import { compileStep, initialState } from "../../src/engine/step.ts";
import { normal } from "./differentiation.ts";
import { fixture, scalar } from "./fixture.ts";

const reference = fixture("optimizers");
const STEPS = 20;

/** PyTorch's `LinearLR` from the full rate to half of it. */
const halving =
  (rate: number): Schedule =>
  (step) =>
    add(linearDecay({ rate: rate / 2, to: STEPS })(step), rate / 2);

const cases = {
  adam: adam({ learningRate: halving(0.05), beta1: 0.5, beta2: 0.99 }),
  adamW: adamW({ learningRate: halving(0.05), epsilon: 0.01, weightDecay: 0.1 }),
  sgd: sgd({ learningRate: halving(0.02) }),
  "sgd with momentum": sgd({ learningRate: halving(0.02), momentum: 0.9, weightDecay: 0.05 }),
  "sgd with Nesterov's momentum": sgd({
    learningRate: halving(0.02),
    momentum: 0.9,
    nesterov: true,
    weightDecay: 0.05,
  }),
} satisfies Record<keyof typeof optimizers | `sgd with ${string}`, Optimizer>;

test.each(Object.entries(cases))("%s and the moving average follow PyTorch for 20 steps", async (key, optimizer) => {
  const { graph, loss } = problem();
  const parameters = graph.parameters();
  optimizer.update(graph, { name: "optimizer", parameters, gradients: gradient(loss, parameters) });
  exponentialMovingAverage(graph, parameters, 0.9);
  const step = await compileStep({ graph, outputs: { loss } });
  const state = initialState([graph], random(0));

  const losses: number[] = [];
  const paths: Record<string, number[]> = {};
  for (let t = 0; t < STEPS; t++) {
    losses.push((await step.run(state, { rateScale: scalar(1) })).outputs.loss!.data[0]!);
    for (const name of Object.keys(SHAPES).flatMap((shape) => [shape, `ema/${shape}`])) {
      paths[name] ??= [];
      paths[name].push(...state.get(name)!.data.subarray(0, 5));
    }
  }
  // float32 over 20 steps against float64
  expect(losses).toBeAllclose(reference[`${key}/loss`]!.data, { relative: 5e-6 });
  for (const [name, path] of Object.entries(paths))
    expect(path).toBeAllclose(reference[`${key}/${name}`]!.data, { relative: 1e-5, absolute: 2e-6 });
  await step.release();
});

describe("the rate", () => {
  test("is scaled by the input rateScale", async () => {
    const { graph, loss } = problem();
    const parameters = graph.parameters();
    sgd({ learningRate: 0.5 }).update(graph, { name: "sgd", parameters, gradients: gradient(loss, parameters) });
    const step = await compileStep(graph, { outputs: { loss } });
    const moved = async (rateScale: number) => {
      const state = initialState([graph], random(0));
      const before = state.get("bias")!.data[1]!;
      await step.run(state, { rateScale: scalar(rateScale) });
      return state.get("bias")!.data[1]! - before;
    };
    expect(await moved(0)).toBe(0);
    expect(await moved(0.5)).toBeCloseTo((await moved(1)) / 2, 6);
    await step.release();
  });

  test("two optimizers in one graph keep apart", () => {
    const { graph, loss } = problem();
    const parameters = graph.parameters();
    const [first, ...rest] = parameters;
    adam().update(graph, { name: "a", parameters: [first!], gradients: gradient(loss, [first!]) });
    adam().update(graph, { name: "b", parameters: rest, gradients: gradient(loss, rest) });
    expect([...graph.variables.keys()]).toEqual(
      expect.arrayContaining(["a/step", "b/step", "a/moment1/packed", "b/moment1/large"]),
    );
  });

  test("as many gradients as parameters", () => {
    const { graph } = problem();
    expect(() => sgd().update(graph, { name: "sgd", parameters: graph.parameters(), gradients: [] })).toThrow(
      "3 gradients",
    );
  });
});

describe("clipping", () => {
  const clipped = async (limit: number) => {
    const graph = createGraph();
    const [a, b] = [graph.constant(Float32Array.of(3, 0)), graph.constant(Float32Array.of(0, -4), [2, 1])];
    const { gradients, norm } = clipByGlobalNorm([a, b], limit);
    const [valueA, valueB] = clipByValue([a, b], limit);
    const step = await compileStep(graph, {
      outputs: { norm, a: gradients[0]!, b: gradients[1]!, valueA: valueA!, valueB: valueB! },
    });
    const { outputs } = await step.run(new Map(), {});
    await step.release();
    return Object.fromEntries(Object.entries(outputs).map(([key, { data }]) => [key, data]));
  };

  test("by the length of all gradients together keeps their direction", async () => {
    const { norm, a, b } = await clipped(1);
    expect(norm!).toBeAllclose([5]);
    expect([...a!, ...b!]).toBeAllclose(
      [3, 0, 0, -4].map((g) => g / (5 + 1e-6)),
      { relative: 1e-6 },
    );
  });

  test("by value limits each number", async () => {
    const { valueA, valueB } = await clipped(3.5);
    expect([...valueA!, ...valueB!]).toEqual([3, 0, 0, -3.5]);
  });

  test("leaves gradients within the limit as they are", async () => {
    const { a, b } = await clipped(6);
    expect([...a!, ...b!]).toEqual([3, 0, 0, -4]);
  });
});

describe("accumulation", () => {
  /** Logistic regression by Adam on `rows` examples a step, one of them above the packing limit. */
  async function fitted(rows: number, every: number, steps: number) {
    const graph = createGraph();
    const x = graph.input("x", [rows, 160]);
    const hidden = tanh(matMul(x, graph.parameter("large", [160, 110], heInit(160))));
    const loss = mean(softplus(matMul(hidden, graph.parameter("small", [110, 1], heInit(110)))));
    const parameters = graph.parameters();
    accumulate(adam({ learningRate: halving(0.01) }), every).update(graph, {
      name: "adam",
      parameters,
      gradients: gradient(loss, parameters),
    });
    const step = await compileStep({ graph, outputs: {} });
    const state = initialState([graph], random(0));
    const examples = normal({ shape: [12, 160] }, random(1)).data;
    const paths: Float32Array[] = [];
    for (let t = 0; t < steps; t++) {
      const from = ((t * rows) % 12) * 160;
      const data = examples.subarray(from, from + rows * 160);
      await step.run(state, { x: { data, shape: [rows, 160] }, rateScale: scalar(1) });
      paths.push(Float32Array.from([...state.get("large")!.data.subarray(0, 50), ...state.get("small")!.data]));
    }
    await step.release();
    return { paths, state };
  }

  test("over three batches of two is a batch of six, and nothing moves between", async () => {
    const [large, small] = [await fitted(6, 1, 4), await fitted(2, 3, 12)];
    large.paths.forEach((expected, i) => {
      expect(small.paths[3 * i + 2]!).toBeAllclose(expected, { relative: 1e-4, absolute: 2e-6 });
      if (i > 0) expect(small.paths[3 * i]).toEqual(small.paths[3 * i - 1]);
    });
    expect(small.paths[2]).not.toEqual(small.paths[5]);
    expect(small.state.get("adam/step")!.data[0]).toBe(4);
    expect(small.state.get("adam/accumulated/steps")!.data[0]).toBe(0);
    expect(small.state.get("adam/accumulated/large")!.data.every((value) => value === 0)).toBe(true);
  });

  test("over a fraction of a batch is refused", () => {
    expect(() => accumulate(adam(), 1.5)).toThrow("a whole number of steps");
  });
});

const SHAPES = { small: [3, 4], bias: [5], large: [129, 128] } as const;

/** Smooth, not quadratic, gradients of both signs; as in make.py. */
function problem() {
  const graph = createGraph();
  const terms = Object.entries(SHAPES).map(([key, shape]) => {
    const data = Float32Array.from({ length: sizeOf(shape) }, (_, i) => Math.sin(0.1 * i));
    const parameter = graph.parameter(key, shape, () => data.slice());
    return sum(sub(softplus(mul(parameter, 3)), parameter));
  });
  return { graph, loss: terms.reduce((a, b) => add(a, b)) };
}
