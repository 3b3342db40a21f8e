import { describe, expect, test } from "vitest";
import { random } from "../../src/core/random.ts";
import { gradient } from "../../src/engine/gradient.ts";
import { createGraph, type Op } from "../../src/engine/graph.ts";
import { heInit } from "../../src/engine/initializers.ts";
import { lowerings } from "../../src/engine/lowerings/index.ts";
import {
  add,
  conv2d,
  detach,
  instanceNorm,
  leakyRelu,
  mean,
  mul,
  split,
  sqrt,
  square,
  sub,
  sum,
} from "../../src/engine/ops/index.ts";
import { compileStep, initialState } from "../../src/engine/step.ts";
import { dot, normal } from "./differentiation.ts";

describe("what is built", () => {
  test("nothing beside the path, and no repeated scalars", () => {
    const graph = createGraph();
    const [x, w, other] = [graph.input("x", [8, 8]), graph.input("w", [8, 8]), graph.input("other", [8, 8])];
    const loss = mean(square(sub(mul(x, w), other)));
    const [dw] = gradient(loss, [w]);
    const model = lowerings.portable(graph, { dw: dw! });
    expect(model.nodes.map(({ opType }) => opType)).toEqual(["Mul", "Sub", "Mul", "Mul"]);
  });

  test("the derivative of a split is one concatenation", () => {
    const graph = createGraph();
    const x = graph.input("x", [2, 6]);
    const parts = split(x, { axis: 1, lengths: [1, 3, 2] });
    const [dx] = gradient(parts.map((part) => sum(square(part))).reduce(add), [x]);
    const { nodes } = lowerings.portable(graph, { dx: dx! });
    expect(nodes.map(({ opType }) => opType)).toEqual(["Split", "Mul", "Mul", "Mul", "Concat"]);
    expect(nodes.at(-1)!.inputs).toHaveLength(3);
  });

  test("several uses add up", async () => {
    const graph = createGraph();
    const x = graph.parameter("x", [2], () => Float32Array.of(3, 5));
    const [dx] = gradient(sum(add(mul(x, x), mul(x, 7))), [x]);
    const step = await compileStep({ graph, outputs: { dx: dx! } });
    const { outputs } = await step.run(initialState([graph], random(0)), {});
    expect([...outputs.dx!.data]).toEqual([2 * 3 + 7, 2 * 5 + 7]);
    await step.release();
  });
});

describe("errors", () => {
  const graph = createGraph();
  const x = graph.input("x", [3]);

  test("the loss must be one number and depend on what it is differentiated by", () => {
    expect(() => gradient(x, [x])).toThrow("a scalar loss");
    expect(() => gradient(sum(x), [graph.input("y", [3])])).toThrow('a loss that depends on input "y"');
  });

  test("behind detach the derivative is zero", () => {
    const [dx] = gradient(sum(detach(x)), [x]);
    expect(dx!.source).toMatchObject({ kind: "constant", data: new Float32Array(3) });
  });

  test("an operator without derivative says why", () => {
    const round: Op = { name: "round", infer: ([a]) => a!, gradient: { because: "it is flat almost everywhere" } };
    expect(() => gradient(sum(graph.apply(round, [x], {})), [x])).toThrow("it is flat almost everywhere");
  });
});

test("a gradient penalty through convolution, instance norm and leaky ReLU agrees with differences", async () => {
  const graph = createGraph();
  const x = graph.parameter("x", [2, 2, 8, 8], (shape, source) => normal({ shape }, source).data);
  const w1 = graph.parameter("w1", [3, 2, 4, 4], heInit());
  const w2 = graph.parameter("w2", [1, 3, 3, 3], heInit());
  const hidden = leakyRelu(instanceNorm(conv2d(x, w1, { stride: 2, padding: 1 })), 0.2);
  const scores = conv2d(hidden, w2, { padding: 1 });
  const [dx] = gradient(sum(scores), [x]);
  const norm = sqrt(sum(square(dx!), { axes: [1, 2, 3] }));
  const penalty = mean(square(sub(norm, 1)));
  const derivatives = gradient(penalty, [w1, w2]);
  const step = await compileStep({ graph, outputs: { penalty, w1: derivatives[0]!, w2: derivatives[1]! } });
  const state = initialState([graph], random(3));
  const { outputs } = await step.run(state, {});
  for (const name of ["w1", "w2"]) {
    const direction = normal(state.get(name)!, random(4));
    const at = async (distance: number) => {
      const { data, shape } = state.get(name)!;
      const moved = new Map(state).set(name, { data: data.map((v, i) => v + distance * direction.data[i]!), shape });
      return (await step.run(moved, {})).outputs.penalty!.data[0]!;
    };
    const slope = ((await at(1e-3)) - (await at(-1e-3))) / 2e-3;
    const size = Math.sqrt(dot(outputs[name]!, outputs[name]!));
    expect(Math.abs(dot(outputs[name]!, direction) - slope)).toBeLessThan(1e-2 * size);
  }
  await step.release();
});
