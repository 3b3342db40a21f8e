import { expect, test } from "vitest";
import { ShapeError } from "../../src/core/errors.ts";
import { random } from "../../src/core/random.ts";
import { gradient } from "../../src/engine/gradient.ts";
import { createGraph } from "../../src/engine/graph.ts";
import { mean, square } from "../../src/engine/ops/index.ts";
import { compileFunction, initialState } from "../../src/engine/step.ts";
import { type DiffusionUnetConfig, diffusionUnet } from "../../src/nn/networks/index.ts";
import { parameterCount } from "../../src/nn/parameters.ts";
import { scope } from "../../src/nn/scope.ts";

const config: DiffusionUnetConfig = {
  ...{ inputChannels: 1, outputChannels: 1, baseChannels: 4, multipliers: [1, 2], blocks: 1, attentionLevels: [] },
  ...{ heads: 1, groups: 2, timeCondition: "scale-shift", skips: "blocks", mode: "inference" },
};

/** The network for two images, told `features` numbers about each, or none. */
function built(features: number) {
  const graph = createGraph();
  const augmentation = features > 0 ? { augmentation: graph.input("augmentation", [2, features]) } : {};
  const inputs = { xt: graph.input("xt", [2, 1, 4, 4]), t: graph.input("t", [2]), ...augmentation };
  return { graph, y: diffusionUnet(scope(graph, "net"), inputs, { ...config, augmentationFeatures: features }) };
}

/** State in which no branch is silent. */
function loudState(features: number) {
  const state = initialState([built(features).graph], random(1));
  for (const [name, { shape }] of state)
    if (!name.includes("augmentation"))
      state.set(name, { shape, data: state.get(name)!.data.map((_, i) => 0.5 * random(2).fork(name, i).normal()) });
  return state;
}

const xt = { data: Float32Array.from({ length: 32 }, (_, i) => random(3).fork(i).normal()), shape: [2, 1, 4, 4] };
const times = (...t: number[]) => ({ data: Float32Array.from(t), shape: [t.length] });

async function output(features: number, state: ReturnType<typeof loudState>, inputs: Record<string, object>) {
  const { graph, y } = built(features);
  const use = await compileFunction(graph, { y }, { state });
  const { y: received } = await use.run({ xt, ...inputs } as never);
  await use.release();
  return received!.data;
}

test("an augmentation costs features × baseChannels weights, and nothing where there is none", () => {
  expect(parameterCount(built(3).graph) - parameterCount(built(0).graph)).toBe(3 * 4);
  expect(built(0).graph.inputs.has("augmentation")).toBe(false);
});

test("it is added to the waves of the time: told right, one time looks like another", async () => {
  const [before, after] = [10, 40];
  const waves = (t: number) => [Math.cos(t), Math.cos(t / 100), Math.sin(t), Math.sin(t / 100)];
  const difference = waves(after).map((wave, i) => wave - waves(before)[i]!);
  const state = loudState(3);
  // Weights [4, 3]: the first number of an augmentation stands for the whole difference
  const weight = Float32Array.from({ length: 12 }, (_, i) => (i % 3 === 0 ? difference[i / 3]! : 7));
  state.set("net/augmentation/weight", { data: weight, shape: [4, 3] });
  const told = (...numbers: number[]) => ({ data: Float32Array.from(numbers), shape: [2, 3] });
  const expected = await output(0, state, { t: times(after, before) });
  const received = await output(3, state, { t: times(before, before), augmentation: told(1, 0, 0, 0, 0, 0) });
  expect(received).toBeAllclose(expected, { absolute: 1e-4 });
  const other = await output(3, state, { t: times(before, before), augmentation: told(0, 0, 0, 0, 1, 0) });
  expect(other.slice(0, 16)).not.toEqual(received.slice(0, 16));
});

test("it is trained: its weights start at 0 and have a gradient", async () => {
  const { graph, y } = built(3);
  const weight = graph.parameters().find(({ name }) => name === "net/augmentation/weight")!;
  const [derivative] = gradient(mean(square(y)), [weight]);
  const state = loudState(3);
  expect([...state.get(weight.name)!.data]).toEqual(Array(12).fill(0));
  const use = await compileFunction(graph, { derivative: derivative! }, { state });
  const augmentation = { data: Float32Array.of(1, 0, 0, 0, 2, 0), shape: [2, 3] };
  const { derivative: received } = await use.run({ xt, t: times(10, 500), augmentation });
  await use.release();
  const columns = [0, 1, 2].map((column) =>
    [...received!.data].filter((_, i) => i % 3 === column).some((g) => g !== 0),
  );
  expect(columns).toEqual([true, true, false]); // nobody was told the third number
});

test("a length that was not agreed on is refused", () => {
  const graph = createGraph();
  const inputs = { xt: graph.input("xt", [2, 1, 4, 4]), t: graph.input("t", [2]) };
  const build = (given: number, agreed: number) =>
    diffusionUnet(
      scope(graph, "net"),
      { ...inputs, ...(given && { augmentation: graph.input(`a${given}`, [2, given]) }) },
      { ...config, augmentationFeatures: agreed },
    );
  expect(() => build(0, 3)).toThrow(ShapeError);
  expect(() => build(2, 0)).toThrow(/an augmentation of 0 numbers, got 2/);
});
