import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { FormatError, ShapeError } from "../../src/core/errors.ts";
import { tensor } from "../../src/core/tensor.ts";
import { decodeSafetensors, encodeSafetensors } from "../../src/onnx/safetensors.ts";

// Made and judged by Python's safetensors: fixtures/onnx/make.py and check.py.
const fixture = (name: string) => readFileSync(new URL(`../../fixtures/onnx/${name}`, import.meta.url));

const tensors = {
  "encoder/conv µ": tensor(Float32Array.of(1.5, -0, Number.NaN, Number.POSITIVE_INFINITY, 3e-39, -7.25), [2, 3]),
  step: tensor(BigInt64Array.of(12345678901234567n), []),
  counts: tensor(Int32Array.of(-(2 ** 31), 2 ** 31 - 1), [2]),
  "a mask": tensor(Uint8Array.of(0, 1, 255), [3]),
  empty: tensor(new Float32Array(0), [0, 4]),
};
const metadata = { recipe: 'name: "µ"\n' };

test("a file of Python's safetensors is understood", () => {
  expect(decodeSafetensors(fixture("tensors.safetensors"))).toEqual({ tensors, metadata });
});

test("what is written is, byte for byte, what Python's safetensors writes", () => {
  expect(Buffer.compare(encodeSafetensors(tensors, metadata), fixture("tensors.safetensors"))).toBe(0);
  const reordered = Object.fromEntries(Object.entries(tensors).toReversed());
  expect(Buffer.compare(encodeSafetensors(reordered, metadata), fixture("tensors.safetensors"))).toBe(0);
  // Several notes: Python's order of keys is not fixed, so its judgement is kept instead (check.py).
  const notes = { ...metadata, writer: "fantascope" };
  expect(Buffer.compare(encodeSafetensors(tensors, notes), fixture("written.safetensors"))).toBe(0);
});

test("doubles and halves become float32, truths bytes", () => {
  const { double, half, bool } = decodeSafetensors(fixture("further.safetensors")).tensors;
  expect(double?.data).toEqual(Float32Array.of(0.1, Number.POSITIVE_INFINITY, -0));
  const halves = [1, -2.5, 2 ** -24, 65504, Number.POSITIVE_INFINITY, Number.NaN, -0];
  expect(half?.data).toEqual(Float32Array.from(halves));
  expect(bool?.data).toEqual(Uint8Array.of(1, 0));
});

test("bfloat16 is the upper half of a float32", () => {
  const header = '{"b":{"dtype":"BF16","shape":[2],"data_offsets":[0,4]}}';
  expect(decodeSafetensors(file(header, [0x80, 0x3f, 0x20, 0xc0])).tensors.b?.data).toEqual(Float32Array.of(1, -2.5));
});

test("any tensors come back as they were, each at a place that suits its numbers", () => {
  const arrays = fc.oneof(fc.float32Array(), fc.int32Array(), fc.bigInt64Array(), fc.uint8Array());
  const sets = fc.dictionary(fc.string({ unit: "binary" }), arrays, { noNullPrototype: true });
  const notes = fc.dictionary(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), { noNullPrototype: true });
  fc.assert(
    fc.property(sets, notes, fc.nat(7), (set, metadata, shift) => {
      fc.pre(!Object.hasOwn(set, "__metadata__"));
      const original = Object.fromEntries(
        Object.entries(set).map(([name, data]) => [name, { data, shape: [data.length] }]),
      );
      const bytes = encodeSafetensors(original, metadata);
      const shifted = Buffer.concat([Buffer.alloc(shift), bytes]).subarray(shift);
      expect(decodeSafetensors(shifted)).toEqual({ tensors: original, metadata });

      const headerBytes = Number(new DataView(bytes.buffer).getBigUint64(0, true));
      const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + headerBytes)));
      expect(headerBytes % 8).toBe(0);
      for (const [name, data] of Object.entries(set))
        expect(header[name].data_offsets[0] % data.BYTES_PER_ELEMENT).toBe(0);
    }),
  );
});

/** A file with this header and these bytes of numbers. */
function file(header: string, body: readonly number[], headerBytes = BigInt(Buffer.byteLength(header))): Buffer {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(headerBytes);
  return Buffer.concat([length, Buffer.from(header), Buffer.from(body)]);
}

const entry = (begin: number, end: number, shape: unknown = [end - begin], dtype: unknown = "U8") =>
  JSON.stringify({ dtype, shape, data_offsets: [begin, end] });

test.each([
  ["shorter than its length field", Buffer.alloc(7), /at least 8 bytes, got 7/],
  ["header longer than the file", file("{}", [], 3n), /at most 2 bytes, got 3/],
  ["header of 2⁶³ bytes", file("{}", [], 2n ** 63n), /at most 2 bytes/],
  ["header that is no JSON", file('{"a":', []), /JSON object, got other text/],
  ["header that is no UTF-8", file("{}", []).fill(0xff, 8), /got other text/],
  ["header that is a list", file("[1]", []), /JSON object, got \[1\]/],
  ["header nested without end", file("[".repeat(200_000), []), FormatError],
  ["notes that are no texts", file('{"__metadata__":{"a":1}}', []), /__metadata__: expected texts by key/],
  ["notes nested deeply", file(`{"__metadata__":${"[".repeat(50_000)}${"]".repeat(50_000)}}`, []), FormatError],
  ["entry that is no object", file('{"a":null}', []), /tensor "a".* dtype nothing/],
  ["unknown kind", file(`{"a":${entry(0, 1, [1], "F8_E4M3")}}`, [0]), /dtype "F8_E4M3"/],
  ["kind named like a method", file(`{"a":${entry(0, 1, [1], "toString")}}`, [0]), /dtype "toString"/],
  [
    "overlap",
    file(`{"a":${entry(0, 2)},"b":${entry(1, 3)}}`, [0, 0, 0]),
    /tensor "b": expected a start at byte 2.*got 1/,
  ],
  ["same bytes twice", file(`{"a":${entry(0, 2)},"b":${entry(0, 2)}}`, [0, 0]), /expected a start at byte 2.*got 0/],
  ["gap", file(`{"a":${entry(0, 1)},"b":${entry(2, 3)}}`, [0, 0, 0]), /expected a start at byte 1.*got 2/],
  ["past the end", file(`{"a":${entry(0, 4)}}`, [0, 0]), /expected 4 bytes of numbers.*got 2/],
  ["hidden bytes behind", file(`{"a":${entry(0, 2)}}`, [0, 0, 0]), /expected 2 bytes of numbers.*got 3/],
  ["backwards", file(`{"a":${entry(2, 0, [2])}}`, [0, 0]), /expected 2 bytes for U8 \[2\]/],
  ["wrong length for the shape", file(`{"a":${entry(0, 2, [1], "F32")}}`, [0, 0]), /expected 4 bytes for F32 \[1\]/],
  ["negative extent", file(`{"a":${entry(0, 1, [-1, -1])}}`, [0]), /whole numbers/],
  ["extent that is no number", file(`{"a":${entry(0, 1, ["1"])}}`, [0]), /whole numbers/],
  ["extents beyond counting", file(`{"a":${entry(0, 0, [2 ** 52, 2 ** 52, 2 ** 52])}}`, []), /bytes for U8/],
])("hostile file is refused: %s", (_, bytes, message) => {
  expect(() => decodeSafetensors(bytes)).toThrow(FormatError);
  expect(() => decodeSafetensors(bytes)).toThrow(message);
});

test("a file cut short anywhere is refused", () => {
  const bytes = encodeSafetensors(tensors, metadata);
  for (let length = 0; length < bytes.length; length++)
    expect(() => decodeSafetensors(bytes.subarray(0, length)), `${length} bytes`).toThrow(FormatError);
});

test("a tensor named __proto__ is a tensor", () => {
  const bytes = encodeSafetensors(Object.fromEntries([["__proto__", tensor(Uint8Array.of(7), [1])]]));
  const decoded = decodeSafetensors(bytes).tensors;
  expect(Object.entries(decoded)).toEqual([["__proto__", tensor(Uint8Array.of(7), [1])]]);
  expect(Object.getPrototypeOf(decoded)).toBe(Object.prototype);
});

test("tensors that cannot be written are refused", () => {
  expect(() => encodeSafetensors({ a: { data: new Float32Array(3), shape: [2] } })).toThrow(ShapeError);
  expect(() => encodeSafetensors({ __metadata__: tensor(new Float32Array(1), [1]) })).toThrow(FormatError);
});
