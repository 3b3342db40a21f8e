/**
 * What each node of a lowered model has to do: multiplications and additions, and bytes read and written. From shapes alone; how long it
 * takes on a machine is the business of `pace.ts`.
 */

import { type Shape, sizeOf } from "../../core/shape.ts";
import type { OnnxModel, OnnxNode } from "../../onnx/model.ts";
import { type ArrayExtent, bytesOf, factorAsTaken } from "./array-types.ts";
import { type Pace, paceOf } from "./pace.ts";

/** Work of one node. */
export interface NodeCost {
  readonly node: OnnxNode;
  /** Floating-point operations; a multiplication and its addition count as two. */
  readonly operations: number;
  /** Bytes read and written, each array once. */
  readonly bytes: number;
  /** Which speed of the machine decides. */
  readonly pace: Pace;
}

/** Work of every node, in the order of `model.nodes`; `types` are those of `arrayTypes`. */
export function nodeCosts(model: OnnxModel, types: ReadonlyMap<string, ArrayExtent>): NodeCost[] {
  return model.nodes.map((node) => {
    const extents = (names: readonly string[]) => names.map((name) => types.get(name));
    const [inputs, outputs] = [extents(node.inputs), extents(node.outputs)];
    const bytes = isView(node)
      ? 0
      : [...inputs, ...outputs].reduce((sum, extent) => sum + (extent ? bytesOf(extent) : 0), 0);
    const y = outputs.find((extent) => extent)?.shape ?? [];
    const operations = (operationRules[node.opType] ?? onePerNumber)(node, inputs as readonly ArrayExtent[], y);
    return { node, operations, bytes, pace: paceOf(node, inputs as readonly ArrayExtent[], y) };
  });
}

/** Whether a node only gives its input another shape, for nothing. */
export function isView({ opType }: OnnxNode): boolean {
  return opType === "Reshape" || opType === "Squeeze" || opType === "Unsqueeze";
}

type OperationRule = (node: OnnxNode, inputs: readonly ArrayExtent[], y: Shape) => number;

const onePerNumber: OperationRule = (_node, _inputs, y) => sizeOf(y);
const onePerInput: OperationRule = (_node, [x], _y) => sizeOf(x!.shape);
const none: OperationRule = () => 0;

/** Each result is a scalar product with one filter `[C/groups, kh, kw]`. */
const convolution: OperationRule = (_node, [, w], y) => 2 * sizeOf(y) * sizeOf(w!.shape.slice(1));

/** Each number of the image is multiplied with one filter `[C/groups, kh, kw]`. */
const transposedConvolution: OperationRule = (_node, [z, w]) => 2 * sizeOf(z!.shape) * sizeOf(w!.shape.slice(1));

/** Each result is a scalar product as long as the rows of the left factor. */
const product: OperationRule = (node, [a], y) => 2 * sizeOf(y) * factorAsTaken(node, a!.shape, "A").at(-1)!;

const pooling: OperationRule = (node, _inputs, y) => {
  const kernel = node.attributes.kernel_shape;
  return sizeOf(y) * (kernel?.type === "ints" ? sizeOf(kernel.value) : 1);
};

/** Operators that do not do one operation for each number of their result. */
const operationRules: Readonly<Record<string, OperationRule>> = {
  AveragePool: pooling,
  Cast: none,
  Concat: none,
  ConstantOfShape: none,
  Conv: convolution,
  ConvTranspose: transposedConvolution,
  Expand: none,
  FusedConv: convolution,
  FusedMatMul: product,
  Gather: none,
  Gemm: product,
  GlobalAveragePool: onePerInput,
  Identity: none,
  MatMul: product,
  MaxPool: pooling,
  MaxUnpool: none,
  Pad: none,
  ReduceMax: onePerInput,
  ReduceMean: onePerInput,
  ReduceSum: onePerInput,
  ReorderInput: none,
  ReorderOutput: none,
  Reshape: none,
  Resize: none,
  Slice: none,
  Split: none,
  Squeeze: none,
  Transpose: none,
  Unsqueeze: none,
  Upsample: none,
};
