import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { afterAll, expect, test } from "vitest";
import { FormatError } from "../../src/core/errors.ts";
import { decodeModel } from "../../src/onnx/decode.ts";
import { externalDataIn } from "../../src/onnx/external-data.ts";
import {
  TensorProto_DataLocation as Location,
  ModelProtoSchema,
  type TensorProtoSchema,
} from "../../src/onnx/generated/onnx_pb.js";
import type { OnnxModel, OnnxNode } from "../../src/onnx/model.ts";
import { orderedNodes } from "../../src/onnx/ordered-nodes.ts";
import { readModel } from "../../src/onnx/read-model.ts";

const folder = mkdtempSync(join(tmpdir(), "fantascope-hostile-"));
afterAll(() => rmSync(folder, { recursive: true }));
const four = Float32Array.of(1, 2, 3, 4);
const inside = join(folder, "models");
mkdirSync(join(inside, "weights.d"), { recursive: true });
writeFileSync(join(folder, "secret.bin"), four);
writeFileSync(join(inside, "weights.bin"), four);
writeFileSync(join(inside, "weights.d", "more.bin"), four);
symlinkSync("../secret.bin", join(inside, "link.bin"));
symlinkSync("..", join(inside, "up"));
symlinkSync("weights.bin", join(inside, "alias.bin"));

/** Bytes of a model `y = x + w` whose w is given as it would stand in the file. */
function modelBytes(w: MessageInitShape<typeof TensorProtoSchema>, inputDims: readonly bigint[] = [4n]): Uint8Array {
  const info = (name: string) => ({
    name,
    type: {
      value: {
        case: "tensorType" as const,
        value: {
          elemType: 1,
          shape: { dim: inputDims.map((value) => ({ value: { case: "dimValue" as const, value } })) },
        },
      },
    },
  });
  const model = create(ModelProtoSchema, {
    irVersion: 10n,
    opsetImport: [{ domain: "", version: 20n }],
    graph: {
      name: "hostile",
      node: [{ opType: "Add", name: "add", input: ["x", "w"], output: ["y"] }],
      initializer: [{ name: "w", dataType: 1, ...w }],
      input: [info("x")],
      output: [info("y")],
    },
  });
  return toBinary(ModelProtoSchema, model);
}

const raw = new Uint8Array(four.buffer);

test.each<[string, MessageInitShape<typeof TensorProtoSchema>, RegExp]>([
  ["a negative extent", { dims: [-4n], rawData: raw }, /tensor "w": expected a possible shape, got \[-4\]/],
  ["two negative extents", { dims: [-2n, -2n], rawData: raw }, /a possible shape/],
  ["a size beyond all numbers", { dims: [2n ** 40n, 2n ** 40n], rawData: raw }, /a possible shape/],
  ["an extent beyond 2^53", { dims: [2n ** 60n], rawData: raw }, /an integer within/],
  ["a claim of 2 GB", { dims: [2n ** 29n], rawData: raw }, /for the shape \[536870912\], got 4 numbers/],
  ["a claim of 2 GB without bytes", { dims: [2n ** 29n] }, /got 0 numbers/],
  ["too few numbers in a list", { dims: [4n], floatData: [1, 2, 3] }, /got 3 numbers/],
  [
    "numbers of another kind than said",
    { dims: [4n], dataType: 7, rawData: raw.subarray(0, 12) },
    /whole int64 numbers/,
  ],
  ["a list of another kind than said", { dims: [4n], dataType: 11, floatData: [1, 2, 3, 4] }, /got 0 numbers/],
  ["texts for numbers", { dims: [1n], dataType: 8, stringData: [raw] }, /expected one of float32.*got STRING/],
  ["a kind that nobody knows", { dims: [4n], dataType: 99, rawData: raw }, /number kind 99/],
  ["numbers in segments", { dims: [4n], rawData: raw, segment: { begin: 0n, end: 9n } }, /without tensors in segments/],
])("weights with %s are refused", (_, w, message) => {
  expect(() => decodeModel(modelBytes(w))).toThrow(FormatError);
  expect(() => decodeModel(modelBytes(w))).toThrow(message);
});

test("negative extents of inputs are refused", () => {
  expect(() => decodeModel(modelBytes({ dims: [4n], rawData: raw }, [-1n]))).toThrow(
    /value "x": expected extents of 0 or more, got \[-1\]/,
  );
});

test("a length that reaches beyond the file is refused before anything is allocated for it", () => {
  // Field 7 (the graph), 2 GB long
  for (const bytes of [
    [0x3a, 0xff, 0xff, 0xff, 0xff, 0x07],
    [0x3a, 0xff, 0xff, 0xff, 0xff, 0x0f],
    [0x08, 0xff],
  ])
    expect(() => decodeModel(Uint8Array.from(bytes))).toThrow(/expected an ONNX model/);
});

test("the ends of int64 as attributes mean as far as it goes", () => {
  const { graph, ...rest } = create(ModelProtoSchema, {
    irVersion: 10n,
    opsetImport: [{ domain: "", version: 20n }],
    graph: {
      node: [
        {
          opType: "Constant",
          output: ["end"],
          attribute: [{ name: "value_ints", type: 7, ints: [2n ** 63n - 1n, -(2n ** 63n), 5n] }],
        },
      ],
    },
  });
  const model = decodeModel(toBinary(ModelProtoSchema, create(ModelProtoSchema, { ...rest, graph: graph! })));
  expect(model.nodes[0]!.attributes.value_ints).toEqual({
    type: "ints",
    value: [Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, 5],
  });
});

const outside = (entries: Record<string, string>, dims = [4n]): Uint8Array =>
  modelBytes({
    dims,
    dataLocation: Location.EXTERNAL,
    externalData: Object.entries(entries).map(([key, value]) => ({ key, value })),
  });
const read = (bytes: Uint8Array) => decodeModel(bytes, { externalData: externalDataIn(inside) }).initializers[0]!.data;

test("weights in a second file are read as Python's onnx wrote them", async () => {
  const model = await readModel(fileURLToPath(new URL("../../fixtures/onnx/external.onnx", import.meta.url)));
  expect(model.initializers.map(({ name, data }) => [name, data])).toEqual([
    ["first", Float32Array.of(1, -2.5, 3e-39)],
    ["second", Float32Array.of(0, 1, 2, 3, 4, 5)],
  ]);
});

test("weights may lie below the folder, in a part of a file, and behind a link that stays inside", () => {
  for (const location of ["weights.bin", "./weights.bin", "weights.d/more.bin", "alias.bin"])
    expect(read(outside({ location }))).toEqual(four);
  expect(read(outside({ location: "weights.bin", offset: "8", length: "8", checksum: "?" }, [2n]))).toEqual(
    Float32Array.of(3, 4),
  );
});

test.each<[string, Record<string, string>, RegExp]>([
  ["a path that climbs out", { location: "../secret.bin" }, /own folder, got the location "..\/secret.bin"/],
  ["a path that climbs in and out", { location: "weights.d/../../secret.bin" }, /own folder/],
  ["an absolute path", { location: join(folder, "secret.bin") }, /own folder/],
  ["an absolute path of Windows", { location: "C:\\secret.bin" }, /own folder/],
  ["a drive of Windows", { location: "C:secret.bin" }, /own folder/],
  ["a path with backslashes", { location: "..\\secret.bin" }, /own folder/],
  ["a name with a zero byte", { location: "weights.bin\0.txt" }, /own folder/],
  ["a link to a file outside", { location: "link.bin" }, /"link.bin", a link that leads outside/],
  ["a link to a folder outside", { location: "up/secret.bin" }, /a link that leads outside/],
  ["no location", {}, /the location ""/],
  ["a missing file", { location: "none.bin" }, /"none.bin", which is not there/],
  ["a folder", { location: "weights.d" }, /got (no ordinary file|.*weights\.d)/],
  ["the folder itself", { location: "." }, /own folder/],
  [
    "a length that is not the shape's",
    { location: "weights.bin", length: "12" },
    /16 bytes for its shape, got a length of 12/,
  ],
  ["an offset beyond the end", { location: "weights.bin", offset: "4" }, /bytes 4 to 20 of .*got a file of 16 bytes/],
  ["a negative offset", { location: "weights.bin", offset: "-4" }, /a count of bytes as offset, got "-4"/],
  ["an offset that overflows", { location: "weights.bin", offset: "99999999999999999999" }, /a count of bytes/],
  ["an offset that is no number", { location: "weights.bin", offset: "0x10" }, /a count of bytes/],
])("weights outside the model with %s are refused", (_, entries, message) => {
  expect(() => read(outside(entries))).toThrow(FormatError);
  expect(() => read(outside(entries))).toThrow(message);
});

test("weights outside the model that claim more than 2 GB are refused before they are read", () => {
  expect(() => read(outside({ location: "weights.bin" }, [2n ** 30n]))).toThrow(
    /at most 2147483648 bytes, got 4294967296/,
  );
});

test("a file that is not there is an error of its own", async () => {
  await expect(readModel(join(folder, "none.onnx"))).rejects.toThrow(
    /none\.onnx: expected an ONNX file that can be read/,
  );
});

const node = (opType: string, inputs: string[], outputs: string[]): OnnxNode => ({
  opType,
  domain: "",
  name: "",
  inputs,
  outputs,
  attributes: {},
});
const graphOf = (nodes: OnnxNode[], more: Partial<OnnxModel> = {}): OnnxModel => ({
  ...decodeModel(readFileSync(new URL("../../fixtures/onnx/model.onnx", import.meta.url))),
  initializers: [],
  nodes,
  inputs: [{ name: "x", dataType: "float32", shape: [1] }],
  outputs: [{ name: "y", dataType: "float32", shape: [1] }],
  ...more,
});

test("nodes come in an order in which they can run, and only those that are needed", () => {
  const model = graphOf([
    node("Add", ["a", "b"], ["y"]),
    node("Neg", ["a"], ["b"]),
    node("Abs", ["x"], ["a"]),
    node("Exp", ["x"], ["no"]),
  ]);
  expect(orderedNodes(model).map(({ opType }) => opType)).toEqual(["Abs", "Neg", "Add"]);
  expect(orderedNodes(model, { outputs: ["b", "x"] }).map(({ opType }) => opType)).toEqual(["Abs", "Neg"]);
});

test("a chain of 50,000 nodes is no deeper than one", () => {
  const nodes = Array.from({ length: 50_000 }, (_, i) =>
    node("Neg", [i ? `t${i}` : "x"], [i === 49_999 ? "y" : `t${i + 1}`]),
  );
  expect(orderedNodes(graphOf(nodes.reverse()))).toHaveLength(50_000);
});

test.each<[string, OnnxModel, RegExp]>([
  ["a circle of one", graphOf([node("Add", ["x", "y"], ["y"])]), /Add "y", which needs "y" and, in a circle/],
  [
    "a circle of three",
    graphOf([
      node("Add", ["x", "c"], ["a"]),
      node("Neg", ["a"], ["b"]),
      node("Abs", ["b"], ["c"]),
      node("Exp", ["b"], ["y"]),
    ]),
    /in a circle/,
  ],
  ["a missing tensor", graphOf([node("Add", ["x", "w"], ["y"])]), /a value "w" for Add "y"/],
  ["a missing output", graphOf([node("Neg", ["x"], ["z"])]), /a value "y" for output "y"/],
  ["two nodes for one name", graphOf([node("Neg", ["x"], ["y"]), node("Abs", ["x"], ["y"])]), /"y" again, by Abs "y"/],
  ["a node with one name twice", graphOf([node("Split", ["x"], ["y", "y"])]), /"y" again/],
  [
    "a node that gives an input",
    graphOf([node("Neg", ["x"], ["x"]), node("Neg", ["x"], ["y"])]),
    /"x" again, by Neg "x"/,
  ],
  [
    "two inputs of one name",
    graphOf([node("Neg", ["x"], ["y"])], { inputs: Array(2).fill({ name: "x", dataType: "float32", shape: [1] }) }),
    /"x" again, by an input/,
  ],
  [
    "two weights of one name",
    graphOf([node("Neg", ["x"], ["y"])], {
      initializers: Array(2).fill({ name: "w", dataType: "float32", shape: [1], data: Float32Array.of(0) }),
    }),
    /"w" again, by an initializer/,
  ],
])("%s is refused", (_, model, message) => {
  expect(() => orderedNodes(model)).toThrow(FormatError);
  expect(() => orderedNodes(model)).toThrow(message);
});
