import { readFileSync } from "node:fs";
import type { Tensor } from "../../src/core/tensor.ts";
import { decodeSafetensors } from "../../src/onnx/safetensors.ts";

/** Tensors of a file that fixtures/engine/make.py wrote. */
export function fixture(name: string): Record<string, Tensor> {
  const file = new URL(`../../fixtures/engine/${name}.safetensors`, import.meta.url);
  return decodeSafetensors(readFileSync(file)).tensors as Record<string, Tensor>;
}

/** What PyTorch makes of every sample in samples.ts. */
export function operatorReferences(): Record<string, Tensor> {
  return { ...fixture("operators"), ...fixture("breadth") };
}

/** Scalar tensor. */
export function scalar(value: number): Tensor {
  return { data: Float32Array.of(value), shape: [] };
}
