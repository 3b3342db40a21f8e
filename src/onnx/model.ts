import type { DataType } from "../core/tensor.ts";

/**
 * An ONNX model as plain data: what the standard's protobuf says, without its wrappers.
 *
 * Names follow the ONNX standard. Left out, and refused when read: sub-graphs (`If`, `Loop`), model-local functions and sparse
 * tensors. Graphs here are flat and, once read, carry their own weights.
 *
 * @see https://onnx.ai/onnx/repo-docs/IR.html
 */

/** Number kind of an ONNX tensor: those that networks here exchange, and four more that foreign models bring. */
export type OnnxDataType = DataType | "float64" | "float16" | "bool" | "int8";

/** Numbers of an {@link OnnxTensor}. `float16` keeps its raw 16-bit patterns; `bool` is one byte per element, 0 or 1. */
export type OnnxTensorData =
  | Float32Array
  | Int32Array
  | BigInt64Array
  | Uint8Array
  | Float64Array
  | Uint16Array
  | Int8Array;

/** Constant numbers inside a model: an initializer or the value of an attribute. */
export interface OnnxTensor {
  readonly name: string;
  readonly dataType: OnnxDataType;
  readonly shape: readonly number[];
  /** Row-major. */
  readonly data: OnnxTensorData;
}

/** Setting of a node, such as `kernel_shape` or `auto_pad`. */
export type Attribute =
  | { readonly type: "int"; readonly value: number }
  | { readonly type: "ints"; readonly value: readonly number[] }
  | { readonly type: "float"; readonly value: number }
  | { readonly type: "floats"; readonly value: readonly number[] }
  | { readonly type: "string"; readonly value: string }
  | { readonly type: "strings"; readonly value: readonly string[] }
  | { readonly type: "tensor"; readonly value: OnnxTensor };

/** One operation. Values are connected by name. */
export interface OnnxNode {
  /** Operator of the standard in its own spelling, such as `GlobalAveragePool`. */
  readonly opType: string;
  /** Operator set: `""` is the standard one. */
  readonly domain: string;
  readonly name: string;
  /** Value names; `""` stands for an optional input that is absent. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

/** Name, number kind and shape of an input or output. */
export interface OnnxValueInfo {
  readonly name: string;
  readonly dataType: OnnxDataType;
  /** Extents; a text such as `"N"` is an extent known only at run time. */
  readonly shape: readonly (number | string)[];
}

/** A whole model: one graph, the operator sets it is written in, and notes about it. */
export interface OnnxModel {
  /** Version of the file format itself; 10 goes with operator set 20. */
  readonly irVersion: number;
  /** Version of each operator set by domain: `{ "": 20 }`. */
  readonly opsets: Readonly<Record<string, number>>;
  readonly name: string;
  /** In an order in which every value is made before it is used. */
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly OnnxTensor[];
  readonly inputs: readonly OnnxValueInfo[];
  readonly outputs: readonly OnnxValueInfo[];
  /** Notes by key, such as the recipe the model was trained with. */
  readonly metadata: Readonly<Record<string, string>>;
}
