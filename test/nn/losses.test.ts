import { describe, expect, test } from "vitest";
import { GraphError } from "../../src/core/errors.ts";
import { gradient } from "../../src/engine/gradient.ts";
import { createGraph, type Value } from "../../src/engine/graph.ts";
import { compileStep } from "../../src/engine/step.ts";
import { bceWithLogits, crossEntropyWithLogits, huber, l1, lsgan, mse } from "../../src/nn/losses.ts";
import { fixture, inputLike } from "./fixture.ts";

const expected = fixture("losses");
const names = ["a", "b", "logits", "binary", "weight", "oneHot", "pixelWeight"] as const;
type Arrays = Record<(typeof names)[number], Value>;

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
};

describe.each(Object.entries(cases))("%s", (name, { of, loss }) => {
  test("value and gradient equal PyTorch, also where logits are ±80", async () => {
    const graph = createGraph();
    const arrays = Object.fromEntries(names.map((key) => [key, inputLike(graph, key, expected.tensor(key))])) as Arrays;
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
