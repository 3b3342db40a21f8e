import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Plane } from "../../src/core/plane.ts";
import type { Tensor, TensorData } from "../../src/core/tensor.ts";
import { decodeSafetensors } from "../../src/onnx/safetensors.ts";

/** Path of a file that fixtures/features/make.py wrote. */
export const fixtureFile = (name: string): string =>
  fileURLToPath(new URL(`../../fixtures/features/${name}`, import.meta.url));

/** Tensors that Pillow and onnxruntime computed. */
export function fixture(name: string): Readonly<Record<string, Tensor<TensorData>>> {
  return decodeSafetensors(readFileSync(fixtureFile(`${name}.safetensors`))).tensors;
}

/** A tensor `[H, W]` as a plane, its numbers times a factor. */
export function planeOf({ data, shape }: Tensor<TensorData>, factor = 1): Plane {
  const [height, width] = shape as [number, number];
  return { data: Float32Array.from(data as Float32Array, (value) => value * factor), height, width };
}
