import { describe, expect, test } from "vitest";
import { GraphError } from "../../src/core/errors.ts";
import { gradient } from "../../src/engine/gradient.ts";
import { createGraph, type Value } from "../../src/engine/graph.ts";
import { zerosInit } from "../../src/engine/initializers.ts";
import { conv2d, groupNorm, leakyRelu } from "../../src/engine/ops/index.ts";
import { compileStep } from "../../src/engine/step.ts";
import {
  bceWithLogits,
  charbonnier,
  crossEntropyWithLogits,
  focal,
  gradientPenalty,
  hinge,
  huber,
  l1,
  lsgan,
  mse,
  ssim,
  wasserstein,
} from "../../src/nn/losses.ts";
import { fixture, inputLike, relativeError } from "./fixture.ts";

const expected = fixture("losses");
const names = ["a", "b", "logits", "binary", "weight", "oneHot", "pixelWeight", "soft"] as const;
type Arrays = Record<(typeof names)[number] | "classes", Value>;
const classWeights = [0.5, 2, 1.25];

/** Each loss, and which array PyTorch differentiated it by. */
const cases: Record<string, { of: "a" | "logits"; loss: (v: Arrays) => Value }> = {
  l1: { of: "a", loss: ({ a, b }) => l1(a, b) },
  mse: { of: "a", loss: ({ a, b }) => mse(a, b) },
  huber: { of: "a", loss: ({ a, b }) => huber(a, b, { delta: 0.7 }) },
  bceWithLogits: { of: "logits", loss: ({ logits, binary }) => bceWithLogits(logits, binary) },
  bceWithLogitsWeighted: {
    of: "logits",
    loss: ({ logits, binary, weight }) => bceWithLogits(logits, binary, { weight }),
  },
  lsganReal: { of: "a", loss: ({ a }) => lsgan(a, true) },
  lsganFake: { of: "a", loss: ({ a }) => lsgan(a, false) },
  crossEntropy: { of: "logits", loss: ({ logits, oneHot }) => crossEntropyWithLogits(logits, oneHot) },
  crossEntropyWeighted: {
    of: "logits",
    loss: ({ logits, oneHot, pixelWeight }) => crossEntropyWithLogits(logits, oneHot, { weight: pixelWeight }),
  },
  crossEntropyOfClasses: { of: "logits", loss: ({ logits, classes }) => crossEntropyWithLogits(logits, classes) },
  crossEntropyOfClassesSmooth: {
    of: "logits",
    loss: ({ logits, classes }) => crossEntropyWithLogits(logits, classes, { classWeights, labelSmoothing: 0.1 }),
  },
  crossEntropyOfProbabilities: {
    of: "logits",
    loss: ({ logits, soft }) => crossEntropyWithLogits(logits, soft, { classWeights, labelSmoothing: 0.1 }),
  },
  focal: { of: "logits", loss: ({ logits, binary }) => focal(logits, binary, { balance: 0.25 }) },
  focalUnbalanced: { of: "logits", loss: ({ logits, binary }) => focal(logits, binary, { gamma: 1.5 }) },
  wassersteinReal: { of: "a", loss: ({ a }) => wasserstein(a, true) },
  wassersteinFake: { of: "a", loss: ({ a }) => wasserstein(a, false) },
  hingeReal: { of: "a", loss: ({ a }) => hinge(a, true) },
  hingeFake: { of: "a", loss: ({ a }) => hinge(a, false) },
  ssim: { of: "a", loss: ({ a, b }) => ssim(a, b, { range: 4, sigma: 0.8, radius: 1 }) },
  charbonnier: { of: "a", loss: ({ a, b }) => charbonnier(a, b, { epsilon: 0.1 }) },
};

describe.each(Object.entries(cases))("%s", (name, { of, loss }) => {
  test("value and gradient equal PyTorch, also where logits are ±80", async () => {
    const graph = createGraph();
    const { data, shape } = expected.tensor("classes");
    const arrays = {
      ...Object.fromEntries(names.map((key) => [key, inputLike(graph, key, expected.tensor(key))])),
      classes: graph.constant(Int32Array.from(data), shape),
    } as Arrays;
    const value = loss(arrays);
    const [ofX] = gradient(value, [arrays[of]]);
    const step = await compileStep(graph, { outputs: { value, ofX: ofX! } });
    const { outputs } = await step.run(new Map(), Object.fromEntries(names.map((key) => [key, expected.tensor(key)])));
    await step.release();
    expect(outputs.value!.shape).toEqual([]);
    expect(outputs.value!.data).toBeAllclose(expected.tensor(`value/${name}`).data, { relative: 2e-6 });
    expect(outputs.ofX!.data).toBeAllclose(expected.tensor(`gradient/${name}`).data, {
      relative: 1e-5,
      absolute: 1e-7,
    });
  });
});

test("cross-entropy over a single channel is refused", () => {
  const x = createGraph().input("x", [1, 1, 2, 2]);
  expect(() => crossEntropyWithLogits(x, x)).toThrow(GraphError);
});

test("the gradient penalty and its derivative by every weight equal PyTorch", async () => {
  const penalty = fixture("gradient-penalty");
  const graph = createGraph();
  const x = inputLike(graph, "x", penalty.tensor("x"));
  const given = penalty.below("state");
  const weights = [...given].map(([name, { shape }]) => graph.parameter(name, shape, zerosInit));
  const [w0, b0, w1, b1] = ["net/0/weight", "net/0/bias", "net/1/weight", "net/1/bias"].map(
    (name) => weights.find((weight) => weight.name === name)!,
  );
  const hidden = leakyRelu(groupNorm(conv2d(x, w0!, { bias: b0, stride: 2, padding: 1 }), { groups: 2 }), 0.2);
  const value = gradientPenalty(conv2d(hidden, w1!, { bias: b1, padding: 1 }), x);
  const moving = [w0!, b0!, w1!]; // the last bias shifts all scores, not their slopes
  const outputs: Record<string, Value> = { value };
  gradient(value, moving).forEach((derivative, i) => {
    outputs[moving[i]!.name] = derivative;
  });
  const step = await compileStep(graph, { outputs });
  const { outputs: results } = await step.run(new Map(given), { x: penalty.tensor("x") });
  await step.release();
  expect(results.value!.data).toBeAllclose(penalty.tensor("penalty").data, { relative: 1e-5 });
  for (const { name } of moving)
    expect(relativeError(results[name]!.data, penalty.tensor(`gradient/${name}`).data), name).toBeLessThan(2e-5);
});
