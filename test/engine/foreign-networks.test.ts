import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { random } from "../../src/core/random.ts";
import { sizeOf } from "../../src/core/shape.ts";
import { copyOf, type Tensor } from "../../src/core/tensor.ts";
import { importModel } from "../../src/engine/foreign/import-model.ts";
import { gradient } from "../../src/engine/gradient.ts";
import { createGraph, type Value } from "../../src/engine/graph.ts";
import { add, globalAveragePool2d, matMul, mean, reshape, square, sub } from "../../src/engine/ops/index.ts";
import { adam } from "../../src/engine/optimizers/index.ts";
import { compileFunction, compileStep, initialState } from "../../src/engine/step.ts";
import { encodeModel } from "../../src/onnx/encode.ts";
import type { OnnxModel } from "../../src/onnx/model.ts";
import { readModel } from "../../src/onnx/read-model.ts";
import { decodeSafetensors } from "../../src/onnx/safetensors.ts";
import { reference } from "./foreign.ts";

/** The bias before an instance norm, which takes it off again: PyTorch's gradient is rounding alone. */
const vanishing: ReadonlySet<string> = new Set(["gradient/down1.0.bias"]);

/** Largest difference, as a share of the largest expected number. A reference that vanishes would agree with anything. */
function apart(received: Float32Array, expected: Float32Array, name = ""): number {
  expect(received.length).toBe(expected.length);
  const size = expected.reduce((most, number) => Math.max(most, Math.abs(number)), 0);
  const difference = received.reduce((most, number, i) => Math.max(most, Math.abs(number - expected[i]!)), 0);
  if (vanishing.has(name)) return difference;
  expect(size, name).toBeGreaterThan(1e-7);
  return difference / size;
}

// Made by PyTorch's exporters, with outputs and gradients by PyTorch: fixtures/foreign/make.py.
const at = (name: string) => fileURLToPath(new URL(`../../fixtures/foreign/${name}`, import.meta.url));

describe.each(["portable", "cpu"] as const)("in the %s lowering", (lowering) => {
  test.each([
    ["efficientnet-script-11", 42],
    ["efficientnet-dynamo-18", 135],
    ["unet-script-17", 22],
    ["unet-dynamo-20", 22],
    ["yolo-script-13", 8],
    ["yolo-dynamo-22", 8],
    ["transformer-script-16", 11],
    ["transformer-dynamo-23", 11],
  ])("%s: outputs and %i gradients as PyTorch's", async (name, count) => {
    const { tensors } = decodeSafetensors(readFileSync(at(`${name}.safetensors`)));
    const { input, inputGradient, ...rest } = tensors as Record<string, Tensor>;
    const graph = createGraph();
    const model = await readModel(at(`${name}.onnx`));
    const { inputs, outputs } = importModel(graph, model, { inputs: { input: input!.shape }, batchNorm: "trainable" });
    const results = Object.values(outputs);
    const loss = results.map((y): Value => mean(square(y))).reduce((a, b) => add(a, b));
    const trained = Object.keys(rest).flatMap((key) => (key.startsWith("gradient/") ? [key.slice(9)] : []));
    expect(trained).toHaveLength(count);
    const wrt = [inputs.input!, ...trained.map((parameter) => graph.variables.get(parameter)!)];
    const derivatives = gradient(loss, wrt);
    const wanted: Record<string, Value> = { inputGradient: derivatives[0]! };
    for (const [i, y] of results.entries()) wanted[`output/${i}`] = y;
    for (const [i, parameter] of trained.entries()) wanted[`gradient/${parameter}`] = derivatives[i + 1]!;
    const compiled = await compileFunction(graph, wanted, { state: initialState([graph], random(0)), lowering });
    const found = await compiled.run({ input: input! });
    await compiled.release();
    for (const [key, expected] of Object.entries({ ...rest, inputGradient: inputGradient! })) {
      expect(found[key]!.shape, key).toEqual(expected.shape);
      expect(apart(found[key]!.data, expected.data, key), key).toBeLessThan(1e-4);
    }
    // The original file in the runtime agrees too, so that PyTorch, onnxruntime and the graph are three witnesses
    const original = await reference(encodeModel(model), { input: input! });
    for (const [i, { data }] of Object.values(original).entries())
      expect(apart(found[`output/${i}`]!.data, data)).toBeLessThan(1e-5);
  });
});

const root = process.env.FANTASCOPE_DATA;
const weights = root && join(resolve(root), "..", "weights");
const isThere = weights !== undefined && weights !== "" && existsSync(weights);
if (!isThere)
  console.warn(
    weights
      ? `Tests on published networks are skipped: ${weights} does not exist.`
      : "Tests on published networks are skipped: FANTASCOPE_DATA is unset (the networks lie in ../weights beside it).",
  );
const published = (name: string): Promise<OnnxModel> => readModel(join(weights!, `${name}.onnx`));
const noise = (shape: readonly number[], scale: number): Tensor => {
  const source = random(3);
  return { shape, data: Float32Array.from({ length: sizeOf(shape) }, () => scale * source.normal()) };
};

test.skipIf(!isThere).each([
  ["mobilenet_v1_1.0_features", "image", [2, 3, 64, 96], 0.7],
  ["squeezenet1.1_features", "image", [1, 3, 64, 80], 60],
  ["yolox_nano", "images", [1, 3, 416, 416], 60],
] as const)(
  "%s gives what onnxruntime gives from the original file, and a gradient",
  async (name, input, shape, scale) => {
    const model = await published(name);
    const x = noise(shape, scale);
    const graph = createGraph();
    const { inputs, outputs } = importModel(graph, model, { inputs: { [input]: shape } });
    const loss = mean(square(Object.values(outputs)[0]!));
    const [slope] = gradient(loss, [inputs[input]!]);
    const state = initialState([graph], random(0));
    const compiled = await compileFunction(graph, { ...outputs, slope: slope!, loss }, { state });
    const found = await compiled.run({ [input]: x });
    const original = await reference(encodeModel(model), { [input]: x });
    expect(Object.keys(original)).toEqual(Object.keys(outputs));
    for (const [key, { data, shape: extents }] of Object.entries(original)) {
      expect(found[key]!.shape).toEqual(extents);
      expect(apart(found[key]!.data, data)).toBeLessThan(1e-4);
    }

    // A step against the gradient changes the loss by about what the gradient says
    const squares = found.slope!.data.reduce((total, number) => total + number ** 2, 0);
    const step = (1e-3 * found.loss!.data[0]!) / squares;
    const moved = { shape: x.shape, data: x.data.map((number, i) => number - step * found.slope!.data[i]!) };
    const after = (await compiled.run({ [input]: moved })).loss!.data[0]!;
    await compiled.release();
    expect((found.loss!.data[0]! - after) / (1e-3 * found.loss!.data[0]!)).toBeCloseTo(1, 1);
  },
);

test.skipIf(!isThere)(
  "SqueezeNet up to fire5, frozen, carries a new head that is trained with the last of its layers",
  async () => {
    const graph = createGraph();
    const shape = [4, 3, 48, 48];
    const isLast = (name: string) => name.startsWith("fire5");
    const model = await published("squeezenet1.1_features");
    const { outputs, parameters } = importModel(graph, model, {
      inputs: { image: shape },
      outputs: ["fire5"],
      frozen: (name) => !isLast(name),
      prefix: "features",
    });
    expect(parameters.length).toBeGreaterThan(0);
    expect(parameters.every((name) => name.startsWith("features/fire5"))).toBe(true);
    const head = graph.parameter("head", [256, 1], (extents, source) =>
      Float32Array.from({ length: sizeOf(extents) }, () => 0.01 * source.normal()),
    );
    const pooled = globalAveragePool2d(outputs.fire5!);
    const answer = matMul(reshape(pooled, [4, -1]), head);
    const loss = mean(square(sub(answer, graph.input("truth", [4, 1]))));
    const trained = graph.parameters();
    adam({ learningRate: 3e-5 }).update(graph, {
      name: "adam",
      parameters: trained,
      gradients: gradient(loss, trained),
    });
    const step = await compileStep({ graph, outputs: { loss } });
    const state = initialState([graph], random(0));
    const before = new Map([...state].map(([name, numbers]) => [name, copyOf(numbers)]));
    const inputs = {
      "features/image": noise(shape, 60),
      truth: { shape: [4, 1], data: Float32Array.of(1, -1, 0.5, 0) },
      rateScale: { shape: [], data: Float32Array.of(1) },
    };
    const losses: number[] = [];
    for (let i = 0; i < 12; i++) losses.push((await step.run(state, inputs)).outputs.loss!.data[0]!);
    await step.release();
    expect(losses.at(-1)).toBeLessThan(0.5 * losses[0]!);
    for (const name of [...parameters, "head"]) expect(state.get(name)!.data).not.toEqual(before.get(name)!.data);
    expect([...state.keys()].filter((name) => name.startsWith("features/")).sort()).toEqual([...parameters].sort());
  },
);
