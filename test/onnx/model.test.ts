import { readFileSync } from "node:fs";
import fc from "fast-check";
import { InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import { expect, test } from "vitest";
import { FormatError, GraphError, ShapeError } from "../../src/core/errors.ts";
import { decodeModel } from "../../src/onnx/decode.ts";
import { encodeModel } from "../../src/onnx/encode.ts";
import type { OnnxModel, OnnxTensor } from "../../src/onnx/model.ts";
import { decodeSafetensors } from "../../src/onnx/safetensors.ts";

// Made and judged by Python's onnx: fixtures/onnx/make.py and check.py.
const fixture = (name: string) => readFileSync(new URL(`../../fixtures/onnx/${name}`, import.meta.url));
const model = decodeModel(fixture("model.onnx"));

const tiny: OnnxModel = {
  irVersion: 10,
  opsets: { "": 20 },
  name: "tiny",
  nodes: [{ opType: "Identity", domain: "", name: "same", inputs: ["x"], outputs: ["y"], attributes: {} }],
  initializers: [],
  inputs: [{ name: "x", dataType: "float32", shape: ["N", 3] }],
  outputs: [{ name: "y", dataType: "float32", shape: ["N", 3] }],
  metadata: {},
};
const withTensor = (tensor: Partial<OnnxTensor>): OnnxModel => ({
  ...tiny,
  initializers: [{ name: "w", dataType: "float32", shape: [2], data: Float32Array.of(1, 2), ...tensor }],
});

test("a model of Python's onnx is understood", () => {
  expect(model).toMatchObject({
    irVersion: 10,
    opsets: { "": 20 },
    name: "fixture",
    metadata: { author: "fixture", unit: "µm" },
  });
  expect(model.inputs).toEqual([{ name: "x", dataType: "float32", shape: ["N", 2, 4, 4] }]);
  expect(model.nodes.map((node) => node.opType)).toEqual([
    "Conv",
    "Constant",
    "Mul",
    "LeakyRelu",
    "Constant",
    "Split",
    "Squeeze",
    "Clip",
  ]);
  expect(model.nodes[0]).toMatchObject({
    name: "conv µ",
    attributes: {
      kernel_shape: { type: "ints", value: [3, 3] },
      group: { type: "int", value: 1 },
      auto_pad: { type: "string", value: "NOTSET" },
    },
  });
  expect(model.nodes[1]?.attributes.value).toMatchObject({
    type: "tensor",
    value: { shape: [], data: Float32Array.of(2) },
  });
  expect(model.nodes[3]?.attributes.alpha).toEqual({ type: "float", value: 0.125 });
  expect(model.nodes[4]?.attributes.value_floats).toEqual({ type: "floats", value: [0, 6] });
  expect(model.nodes[7]?.inputs).toEqual(["a", "", "top"]);
});

test.each([
  ["float32", [2, 3], Float32Array.of(0.5, -1.25, 3e-39, Number.POSITIVE_INFINITY, -0, 1e30)],
  ["float64", [2], Float64Array.of(0.1, -1e300)],
  ["float16", [3], Uint16Array.of(0x3c00, 0xc100, 0x0001)],
  ["int8", [2], Int8Array.of(-128, 127)],
  ["int32", [2], Int32Array.of(-(2 ** 31), 7)],
  ["int64", [2], BigInt64Array.of(-(2n ** 63n), 2n ** 63n - 1n)],
  ["uint8", [2], Uint8Array.of(0, 255)],
  ["bool", [2], Uint8Array.of(1, 0)],
] as const)("%s weights are read from raw bytes and from lists, and written", (dataType, shape, data) => {
  const again = decodeModel(encodeModel(model));
  for (const { initializers } of [model, again])
    for (const form of ["raw", "listed"]) {
      const name = `${form}/${dataType}`;
      expect(initializers.find((tensor) => tensor.name === name)).toEqual({ name, dataType, shape, data });
    }
});

test("what is written is, byte for byte, the file that Python's onnx checked", () => {
  expect(Buffer.compare(encodeModel(model), fixture("written.onnx"))).toBe(0);
});

test("what is written runs in onnxruntime as onnx's reference evaluator says", async () => {
  const { x, y } = decodeSafetensors(fixture("model-run.safetensors")).tensors;
  const session = await InferenceSession.create(encodeModel(model), { logSeverityLevel: 3, intraOpNumThreads: 1 });
  const result = await session.run({ x: new OrtTensor("float32", x!.data as Float32Array, x!.shape) });
  expect(result.y!.data as Float32Array).toBeAllclose(y!.data as Float32Array, { absolute: 1e-6 });
  await session.release();
});

test("any model comes back as it was", () => {
  const names = fc.string({ unit: "binary" });
  const integers = fc.maxSafeInteger();
  const tensors = fc
    .float32Array()
    .map((data) => ({ name: "w", dataType: "float32" as const, shape: [data.length], data }));
  const attributes = fc.oneof(
    fc.record({ type: fc.constant("int" as const), value: integers }),
    fc.record({ type: fc.constant("ints" as const), value: fc.array(integers) }),
    fc.record({ type: fc.constant("float" as const), value: fc.float({ noNaN: true }) }),
    fc.record({ type: fc.constant("floats" as const), value: fc.array(fc.float({ noNaN: true })) }),
    fc.record({ type: fc.constant("string" as const), value: names }),
    fc.record({ type: fc.constant("strings" as const), value: fc.array(names) }),
    fc.record({ type: fc.constant("tensor" as const), value: tensors }),
  );
  const nodes = fc.record({
    opType: names,
    domain: names,
    name: names,
    inputs: fc.array(names),
    outputs: fc.array(names),
    attributes: fc.dictionary(names, attributes, { noNullPrototype: true }),
  });
  const notes = fc.dictionary(names, names, { noNullPrototype: true });
  fc.assert(
    fc.property(fc.array(nodes), fc.array(tensors), notes, (nodes, initializers, metadata) => {
      const original: OnnxModel = { ...tiny, nodes, initializers, metadata };
      expect(decodeModel(encodeModel(original))).toEqual(original);
    }),
    { numRuns: 60 },
  );
});

test("numbers at an odd place in the file become an array of their own", () => {
  for (const shift of [0, 1, 2, 3]) {
    const bytes = encodeModel({ ...withTensor({}), name: "m".repeat(shift) });
    const shifted = new Uint8Array(bytes.length + shift).subarray(shift);
    shifted.set(bytes);
    const [weight] = decodeModel(shifted).initializers;
    shifted.fill(0);
    expect(weight?.data).toEqual(Float32Array.of(1, 2));
  }
});

test("weights are copied once, not once per level of nesting", () => {
  const data = new Float32Array(8e6);
  const before = process.memoryUsage().arrayBuffers;
  const bytes = encodeModel(withTensor({ shape: [data.length], data }));
  const allocated = process.memoryUsage().arrayBuffers - before;
  expect(bytes.length).toBeGreaterThan(data.byteLength);
  expect(allocated).toBeLessThan(1.1 * data.byteLength);
});

test("a file cut short anywhere is refused", () => {
  const bytes = encodeModel({ ...withTensor({}), metadata: { unit: "µm" } });
  for (let length = 0; length < bytes.length; length++)
    expect(() => decodeModel(bytes.subarray(0, length)), `${length} bytes`).toThrow(FormatError);
});

test("bytes that are no model give a FormatError or, when a bit flips unseen, a model", () => {
  const bytes = fixture("model.onnx");
  const attempt = (candidate: Uint8Array) => {
    try {
      decodeModel(candidate);
    } catch (error) {
      expect(error).toBeInstanceOf(FormatError);
    }
  };
  fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), attempt));
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (position, flip) => {
      const candidate = Uint8Array.from(bytes);
      candidate[position] = candidate[position]! ^ flip;
      attempt(candidate);
    }),
    { numRuns: 1000 },
  );
  expect(() => decodeModel(Buffer.from("<!doctype html>"), { where: "model.onnx" })).toThrow(
    /^model\.onnx: expected an ONNX model/,
  );
});

test.each([
  ["external", /tensor "weight": expected weights inside the model/],
  ["subgraph", /graphs inside nodes: If "" \((then|else)_branch\), If "" \((then|else)_branch\)/],
  ["function", /without model-local functions/],
  ["sparse", /without sparse weights/],
  ["strings", /tensor "words": .* got STRING/],
  ["short", /tensor "weight": expected numbers for the shape \[2, 2, 3, 3\], got 18 numbers/],
  ["unshaped", /value "y": expected a tensor with a shape/],
])("a model with what is not supported is refused by name: %s", (name, message) => {
  const decode = () => decodeModel(fixture(`refused-${name}.onnx`));
  expect(decode).toThrow(FormatError);
  expect(decode).toThrow(message);
});

test("a model that contradicts itself is not written", () => {
  expect(() => encodeModel(withTensor({ shape: [3] }))).toThrow(ShapeError);
  expect(() => encodeModel(withTensor({ dataType: "int32" }))).toThrow(
    /expected Int32Array for int32, got Float32Array/,
  );
  const attributes = { axis: { type: "int", value: 0.5 } } as const;
  expect(() => encodeModel({ ...tiny, nodes: [{ ...tiny.nodes[0]!, attributes }] })).toThrow(GraphError);
});
