import { random } from "../../src/core/random.ts";
import { sizeOf } from "../../src/core/shape.ts";
import type { Tensor, TensorData } from "../../src/core/tensor.ts";
import { type ImportOptions, importModel } from "../../src/engine/foreign/import-model.ts";
import { gradient } from "../../src/engine/gradient.ts";
import { createGraph, type Value } from "../../src/engine/graph.ts";
import { add, mul, sum } from "../../src/engine/ops/index.ts";
import { openSession } from "../../src/engine/session.ts";
import { compileFunction, initialState } from "../../src/engine/step.ts";
import type { Attribute, OnnxModel, OnnxNode, OnnxTensor } from "../../src/onnx/model.ts";

/** Attributes as people write them: integers, lists, texts; real numbers as `{ float }`. */
export type Plain = Record<string, number | string | readonly number[] | { readonly float: number } | OnnxTensor>;

/** One input of a node under test. */
export type TestInput =
  | { readonly shape: readonly number[]; readonly scale?: number; readonly positive?: boolean }
  | OnnxTensor
  | "";

/** An input of the model, filled with normal numbers. */
export const x = (...shape: number[]): TestInput => ({ shape });
/** An input of the model, filled with positive numbers. */
export const positive = (...shape: number[]): TestInput => ({ shape, positive: true });
/** A weight of the file, filled with normal numbers. */
export const w = (...shape: number[]): OnnxTensor => {
  const stream = random(5).fork("weight", shape.join());
  return {
    name: "",
    dataType: "float32",
    shape,
    data: Float32Array.from({ length: sizeOf(shape) }, () => stream.normal()),
  };
};
/** Integers of the file. */
export const ints = (...numbers: number[]): OnnxTensor => ({
  name: "",
  dataType: "int64",
  shape: [numbers.length],
  data: BigInt64Array.from(numbers.map(BigInt)),
});
/** A single real number of the file. */
export const literal = (number: number): OnnxTensor => ({
  name: "",
  dataType: "float32",
  shape: [],
  data: Float32Array.of(number),
});

/** A node by its parts. */
export function node(opType: string, inputs: string[], outputs: string[], attributes: Plain = {}): OnnxNode {
  const entries = Object.entries(attributes).map(([name, value]): [string, Attribute] => {
    if (typeof value === "number") return [name, { type: "int", value }];
    if (typeof value === "string") return [name, { type: "string", value }];
    if ("float" in value) return [name, { type: "float", value: value.float }];
    return [name, "data" in value ? { type: "tensor", value } : { type: "ints", value }];
  });
  return { opType, domain: "", name: "", inputs, outputs, attributes: Object.fromEntries(entries) };
}

/** A model around one node, its results y0, y1 … */
export function modelOf(
  opType: string,
  inputs: readonly TestInput[],
  attributes: Plain = {},
  { opset = 20, results = 1 }: { opset?: number; results?: number } = {},
): OnnxModel {
  const names = inputs.map((input, i) => (input === "" ? "" : `i${i}`));
  const outputs = Array.from({ length: results }, (_, i) => `y${i}`);
  return graphModel([node(opType, names, outputs, attributes)], {
    opset,
    inputs: Object.fromEntries(
      inputs.flatMap((input, i) => (input === "" || "data" in input ? [] : [[`i${i}`, input.shape]])),
    ),
    initializers: inputs.flatMap((input, i) => (input !== "" && "data" in input ? [{ ...input, name: `i${i}` }] : [])),
    outputs: Object.fromEntries(outputs.map((name) => [name, undefined])),
  });
}

/** A model of several nodes. Outputs need no shape: the runtime finds it. */
export function graphModel(
  nodes: readonly OnnxNode[],
  options: {
    readonly opset?: number;
    readonly inputs?: Readonly<Record<string, readonly (number | string)[]>>;
    readonly initializers?: readonly OnnxTensor[];
    readonly outputs: Readonly<Record<string, readonly number[] | undefined>>;
  },
): OnnxModel {
  const { opset = 20, inputs = {}, initializers = [], outputs } = options;
  return {
    irVersion: opset > 22 ? 11 : 8,
    opsets: { "": opset },
    name: "test",
    nodes,
    initializers,
    inputs: Object.entries(inputs).map(([name, shape]) => ({ name, dataType: "float32", shape })),
    outputs: Object.entries(outputs).map(([name, shape = []]) => ({ name, dataType: "float32", shape })),
    metadata: {},
  };
}

/**
 * Numbers for the inputs of a model: evenly spaced from -2 to 2 (or 0.2 to 2.2), in random order. No two are so close that a small step
 * would swap which is the larger, so that differences tell slopes.
 */
export function feedsFor(model: OnnxModel, inputs: readonly TestInput[] = []): Record<string, Tensor> {
  const source = random(11);
  return Object.fromEntries(
    model.inputs.map(({ name, shape }) => {
      const input = inputs[Number(name.slice(1))];
      const isPositive = input !== undefined && input !== "" && "positive" in input;
      const extents = shape as number[];
      const size = sizeOf(extents);
      const keys = Array.from({ length: size }, () => source.normal());
      const data = new Float32Array(size);
      for (const [rank, place] of [...keys.keys()].sort((a, b) => keys[a]! - keys[b]!).entries()) {
        const share = (rank + 0.5) / size;
        data[place] = isPositive ? 0.2 + 2 * share : 4 * share - 2;
      }
      return [name, { shape: extents, data }];
    }),
  );
}

/** What a model computes, read into a graph. */
export async function imported(
  model: OnnxModel,
  feeds: Readonly<Record<string, Tensor>>,
  options: ImportOptions = {},
): Promise<Record<string, Tensor>> {
  const graph = createGraph();
  const { outputs } = importModel(graph, model, options);
  const compiled = await compileFunction(graph, outputs, { state: initialState([graph], random(0)) });
  const results = await compiled.run(feeds);
  await compiled.release();
  return results;
}

/**
 * What onnxruntime computes from the model itself. Output shapes are left out of the file, because test models do not know them.
 */
export async function reference(
  model: OnnxModel | Uint8Array,
  feeds: Readonly<Record<string, Tensor<TensorData>>>,
): Promise<Record<string, Tensor>> {
  const session = await openSession(model, { optimization: "disabled" });
  const results = await session.run(feeds);
  await session.release();
  return results;
}

/** Derivative of `Σ c·outputs` along one direction of the inputs: as the imported graph's gradient says, and by central differences. */
export async function slopes(
  model: OnnxModel,
  feeds: Readonly<Record<string, Tensor>>,
  { step = 1e-2 }: { step?: number } = {},
): Promise<{ analytic: number; numeric: number }> {
  const graph = createGraph();
  const { inputs, outputs } = importModel(graph, model);
  const state = initialState([graph], random(0));
  const draw = (label: string, shape: readonly number[]): Tensor => {
    const stream = random(23).fork(label);
    return { shape, data: Float32Array.from({ length: sizeOf(shape) }, () => stream.normal()) };
  };
  const cotangents = Object.fromEntries(
    Object.entries(outputs).map(([name, { shape }]) => [name, draw(`c ${name}`, shape)]),
  );
  const loss = Object.entries(outputs)
    .map(([name, value]): Value => sum(mul(value, graph.constant(cotangents[name]!.data, value.shape))))
    .reduce((a, b) => add(a, b));
  const names = Object.keys(inputs);
  const derivatives = gradient(
    loss,
    names.map((name) => inputs[name]!),
  );
  const compiled = await compileFunction(
    graph,
    Object.fromEntries(names.map((name, i) => [`d ${name}`, derivatives[i]!])),
    {
      state,
    },
  );
  const found = await compiled.run(feeds);
  await compiled.release();
  const directions = Object.fromEntries(names.map((name) => [name, draw(`d ${name}`, inputs[name]!.shape)]));
  const analytic = names.reduce((total, name) => total + dot(found[`d ${name}`]!, directions[name]!), 0);

  const session = await openSession(model, { optimization: "disabled" });
  const lossAt = async (t: number) => {
    const moved = names.map((name): [string, Tensor] => {
      const { shape, data } = feeds[name]!;
      return [name, { shape, data: data.map((number, i) => number + t * directions[name]!.data[i]!) }];
    });
    const results = await session.run(Object.fromEntries(moved));
    return Object.entries(cotangents).reduce((total, [name, c]) => total + dot(results[name]!, c), 0);
  };
  const numeric = ((await lossAt(step)) - (await lossAt(-step))) / (2 * step);
  await session.release();
  return { analytic, numeric };
}

function dot(a: Tensor, b: Tensor): number {
  return a.data.reduce((total, number, i) => total + number * b.data[i]!, 0);
}
