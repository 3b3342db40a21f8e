import { expect } from "vitest";
import type { Tensor } from "../../src/core/tensor.ts";
import { gradient } from "../../src/engine/gradient.ts";
import { createGraph, type Graph, type Value } from "../../src/engine/graph.ts";
import { add, mul, sum } from "../../src/engine/ops/index.ts";
import { compileFunction, compileStep, type State } from "../../src/engine/step.ts";
import type { Mode } from "../../src/nn/layers.ts";
import { type Fixture, inputLike, relativeError, stateFrom } from "./fixture.ts";

type Values = Readonly<Record<string, Value>>;

/** A network whose parameters lie below `net`: inputs and outputs by the names that the fixture gives them. */
export type Build = (graph: Graph, inputs: Values, mode: Mode) => Values;

/**
 * Compares a network with one that fixtures/nn/make_networks.py ran: every output, the gradient of Σ output · cotangent by every
 * parameter and by the inputs that have one, every state that moved, and the inference form where there is one.
 *
 * @param options.rounding largest difference allowed, relative to the largest number of an array
 */
export async function expectSameNetwork(
  expected: Fixture,
  build: Build,
  { rounding = 2e-5 }: { readonly rounding?: number } = {},
): Promise<void> {
  const { graph, inputs, outputs } = built(expected, build, "train");
  const cotangents = named(expected.below("cotangent"), (tensor, name) =>
    inputLike(graph, `cotangent/${name}`, tensor),
  );
  const total = Object.entries(outputs).map(([name, output]) => sum(mul(output, cotangents[name]!)));
  const gradients = expected.below("gradient");
  const wanted: [string, Value][] = [
    ...Object.entries(inputs).filter(([name]) => gradients.has(name)),
    ...graph.parameters().map((parameter): [string, Value] => [parameter.name, parameter]),
  ];
  const derivatives = gradient(
    total.reduce(add),
    wanted.map(([, value]) => value),
  );
  const results = Object.fromEntries(derivatives.map((value, i) => [`gradient/${wanted[i]![0]}`, value]));
  for (const [name, value] of Object.entries(outputs)) results[`output/${name}`] = value;

  const step = await compileStep(graph, { outputs: results });
  const state = stateFrom([graph], expected.below("state"));
  const given = named(expected.below("cotangent"), (tensor) => tensor);
  const fed = Object.fromEntries(Object.entries(given).map(([name, tensor]) => [`cotangent/${name}`, tensor]));
  const received = await step.run(state, { ...fed, ...numbersOf(expected, inputs) });
  await step.release();

  expect(Object.keys(received.outputs)).toHaveLength(gradients.size + expected.below("output").size);
  const scale = Math.max(...[...gradients.values()].flatMap(({ data }) => Array.from(data, Math.abs)));
  for (const [name, { data }] of Object.entries(received.outputs)) {
    const reference = expected.tensor(name).data;
    // What a normalisation removes again has a gradient of exactly zero: rounding is then measured against the others.
    if (reference.every((number) => Math.abs(number) < 1e-9 * scale))
      expect(data, name).toBeAllclose(reference, { absolute: 1e-4 * scale });
    else expect(relativeError(data, reference), name).toBeLessThan(rounding);
  }
  for (const [name, { data }] of expected.below("after"))
    expect(relativeError(state.get(name)!.data, data), name).toBeLessThan(rounding);
  if (expected.below("inference").size > 0) await expectSameInference(expected, build, state, rounding);
}

/** The network in use, with the statistics of the one training step before. */
async function expectSameInference(expected: Fixture, build: Build, state: State, rounding: number): Promise<void> {
  const { graph, inputs, outputs } = built(expected, build, "inference");
  const use = await compileFunction(graph, outputs, { state });
  const received = await use.run(numbersOf(expected, inputs));
  await use.release();
  for (const [name, { data }] of expected.below("inference"))
    expect(relativeError(received[name]!.data, data), `inference ${name}`).toBeLessThan(rounding);
}

/** The network on inputs of the fixture's shapes. */
export function built(expected: Fixture, build: Build, mode: Mode) {
  const graph = createGraph();
  const inputs = named(expected.below("input"), (tensor, name) => inputLike(graph, name, tensor));
  return { graph, inputs, outputs: build(graph, inputs, mode) };
}

/** The fixture's numbers for some inputs. */
export function numbersOf(expected: Fixture, inputs: Values): Record<string, Tensor> {
  return Object.fromEntries(Object.keys(inputs).map((name) => [name, expected.tensor(`input/${name}`)]));
}

function named<T>(tensors: ReadonlyMap<string, Tensor>, make: (tensor: Tensor, name: string) => T): Record<string, T> {
  return Object.fromEntries([...tensors].map(([name, tensor]) => [name, make(tensor, name)]));
}
