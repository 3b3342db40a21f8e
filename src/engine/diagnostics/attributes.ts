import type { OnnxNode } from "../../onnx/model.ts";

/** Integers of an attribute, or what the standard says where it is absent. */
export function integers(node: OnnxNode, name: string, otherwise: readonly number[] = []): readonly number[] {
  const found = node.attributes[name];
  return found?.type === "ints" || found?.type === "floats" ? found.value : otherwise;
}

/** Integer of an attribute, or what the standard says where it is absent. */
export function integer(node: OnnxNode, name: string, otherwise = 0): number {
  const found = node.attributes[name];
  return found?.type === "int" ? found.value : otherwise;
}

/** Kernel, strides, pads and dilations of a convolution or pooling. */
export function windowOf(node: OnnxNode) {
  return {
    kernel: integers(node, "kernel_shape"),
    strides: integers(node, "strides", [1, 1]),
    pads: integers(node, "pads", [0, 0, 0, 0]),
    dilations: integers(node, "dilations", [1, 1]),
  };
}
