import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { FormatError, GraphError } from "../../src/core/errors.ts";
import { random } from "../../src/core/random.ts";
import { sizeOf } from "../../src/core/shape.ts";
import type { Tensor } from "../../src/core/tensor.ts";
import { gradient } from "../../src/engine/gradient.ts";
import { createGraph } from "../../src/engine/graph.ts";
import { concat, mul, sub } from "../../src/engine/ops/index.ts";
import { compileFunction } from "../../src/engine/step.ts";
import { gramMatrix, perceptualLoss } from "../../src/nn/perceptual-loss.ts";
import { readModel } from "../../src/onnx/read-model.ts";
import { decodeSafetensors } from "../../src/onnx/safetensors.ts";

// Made by PyTorch: fixtures/foreign/make.py.
const at = (name: string) => fileURLToPath(new URL(`../../fixtures/foreign/${name}`, import.meta.url));
const fixture = decodeSafetensors(readFileSync(at("perceptual.safetensors"))).tensors as Record<string, Tensor>;
const network = await readModel(at("perceptual.onnx"));

test("terms, loss and gradient are PyTorch's", async () => {
  const graph = createGraph();
  const { x, contentTarget, styleTarget } = fixture as Record<"x" | "contentTarget" | "styleTarget", Tensor>;
  const image = graph.input("x", x.shape);
  const target = { content: graph.input("c", x.shape), style: graph.input("s", x.shape) };
  const { loss, terms } = perceptualLoss(network, image, target, {
    content: { late: 2 },
    style: { early: 30, late: 50 },
  });
  expect(graph.variables.size).toBe(0); // frozen
  const outputs = { loss, ...terms, gradient: gradient(loss, [image])[0]! };
  const compiled = await compileFunction(graph, outputs);
  const found = await compiled.run({ x, c: contentTarget, s: styleTarget });
  await compiled.release();
  expect(Object.keys(terms)).toEqual(["content/late", "style/early", "style/late"]);
  for (const [name, { data }] of Object.entries(found)) {
    const expected = fixture[name]!.data;
    const size = expected.reduce((most, number) => Math.max(most, Math.abs(number)), 0); // terms differ by orders of magnitude
    expect(data, name).toBeAllclose(expected, { relative: 1e-4, absolute: 1e-5 * size });
  }
});

test("the Gram matrix of features that one can check by hand", async () => {
  const graph = createGraph();
  const compiled = await compileFunction(graph, { gram: gramMatrix(graph.input("f", [1, 2, 1, 2])) });
  const { gram } = await compiled.run({ f: { shape: [1, 2, 1, 2], data: Float32Array.of(1, 2, 3, 4) } });
  await compiled.release();
  expect([...gram!.data]).toEqual([5, 11, 11, 25].map((number) => number / 4));
});

test("nothing to compare, and layers that are not there, are refused", () => {
  const graph = createGraph();
  const image = graph.input("x", [1, 3, 16, 16]);
  expect(() => perceptualLoss(network, image, image, {})).toThrow(GraphError);
  expect(() => perceptualLoss(network, image, image, { content: { relu9: 1 } })).toThrow(FormatError);
  expect(() => perceptualLoss(network, image, image, { content: { relu9: 1 } })).toThrow(/output "relu9"/);
  const two = { ...network, inputs: [...network.inputs, { ...network.inputs[0]!, name: "other" }] };
  expect(() => perceptualLoss(two, image, image, { content: { late: 1 } })).toThrow(/the option `input`/);
});

const root = process.env.FANTASCOPE_DATA;
const squeezenet = root && join(resolve(root), "..", "weights", "squeezenet1.1_features.onnx");
const isThere = squeezenet !== undefined && squeezenet !== "" && existsSync(squeezenet);
if (!isThere) console.warn(`A test with SqueezeNet is skipped: ${squeezenet ?? "FANTASCOPE_DATA is unset"}.`);

test.skipIf(!isThere)("steps against the gradient make a grey image look like another to SqueezeNet", async () => {
  const model = await readModel(squeezenet as string);
  const graph = createGraph();
  const shape = [1, 1, 48, 48];
  const colours = (name: string) => {
    const grey = graph.input(name, shape); // 0..255, of which the network wants the mean taken off each colour
    const mean = graph.constant(Float32Array.of(103.939, 116.779, 123.68), [1, 3, 1, 1]);
    return { grey, seen: sub(concat([grey, grey, grey], 1), mean) };
  };
  const [own, target] = [colours("own"), colours("target")];
  const { loss } = perceptualLoss(model, own.seen, target.seen, { content: { fire3: 1e-3 }, style: { conv1: 1e-3 } });
  const compiled = await compileFunction(graph, { loss, slope: mul(gradient(loss, [own.grey])[0]!, 1) });
  const draw = (seed: number): Tensor => {
    const source = random(seed);
    return { shape, data: Float32Array.from({ length: sizeOf(shape) }, () => source.between(0, 255)) };
  };
  let image = draw(1);
  const goal = draw(2);
  const same = (await compiled.run({ own: goal, target: goal })).loss!.data[0]!;
  const losses: number[] = [];
  for (let i = 0; i < 15; i++) {
    const { loss: now, slope } = await compiled.run({ own: image, target: goal });
    losses.push(now!.data[0]!);
    const largest = slope!.data.reduce((most, number) => Math.max(most, Math.abs(number)), 0);
    image = { shape, data: image.data.map((number, j) => number - (8 * 0.9 ** i * slope!.data[j]!) / largest) };
  }
  await compiled.release();
  expect(same).toBe(0);
  expect(losses.at(-1)).toBeLessThan(0.5 * losses[0]!);
});
