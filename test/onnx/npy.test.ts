import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { encodeNpy } from "../../src/onnx/npy.ts";

// Written by numpy.save: fixtures/onnx/make.py.
test.each([
  ["image", { shape: [1, 2, 3], data: Float32Array.of(0, 0.25, 0.5, 0.75, 1, 1.25) }],
  ["list", { shape: [3], data: BigInt64Array.of(1n, -2n, 2n ** 40n) }],
  ["number", { shape: [], data: Int32Array.of(7) }],
  ["mask", { shape: [1, 2], data: Uint8Array.of(0, 255) }],
])("%s.npy is, byte for byte, what NumPy writes", (name, tensor) => {
  const expected = readFileSync(new URL(`../../fixtures/onnx/${name}.npy`, import.meta.url));
  expect(Buffer.compare(encodeNpy(tensor), expected)).toBe(0);
});
