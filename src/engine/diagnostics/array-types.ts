/**
 * Shapes of all arrays in a lowered model, from those of its inputs and the constants inside.
 *
 * The runtime knows them too but does not tell, and its blocked operators have no rule in the standard. Rules are for the operators that
 * the lowerings write and those that the runtime makes of them.
 */

import { GraphError } from "../../core/errors.ts";
import { broadcastShapes, type Shape, sizeOf } from "../../core/shape.ts";
import type { OnnxDataType, OnnxModel, OnnxNode } from "../../onnx/model.ts";
import { isView } from "../economy/views.ts";
import { integer, integers, windowOf } from "./attributes.ts";

/** Shape of an array and bytes of one number. */
export interface ArrayExtent {
  readonly shape: Shape;
  readonly bytesPerNumber: number;
}

/** What a shape rule sees: extents of the inputs, and the numbers of those that are constant integers or scales. */
interface Inputs {
  readonly node: OnnxNode;
  /** Shape of the input at this place. */
  shape(index: number): Shape;
  /** Numbers of the constant at this place; nothing where it is absent. @throws {@link GraphError} when it is not constant */
  numbers(index: number): readonly number[] | undefined;
}

type ShapeRule = (inputs: Inputs) => Shape | readonly Shape[];

/** Bytes that an array takes. */
export function bytesOf({ shape, bytesPerNumber }: ArrayExtent): number {
  return sizeOf(shape) * bytesPerNumber;
}

/**
 * Extent of every input, constant and result of a model by name.
 *
 * @throws {@link GraphError} when an operator has no rule here, a shape is not fixed, or a shape is computed from data
 */
export function arrayTypes(model: OnnxModel): ReadonlyMap<string, ArrayExtent> {
  const found = new Map<string, ArrayExtent>();
  const constants = new Map(model.initializers.map(({ name, data }) => [name, data]));
  for (const { name, shape, dataType } of [...model.inputs, ...model.initializers]) {
    if (!shape.every((extent) => typeof extent === "number"))
      throw new GraphError({ where: `input "${name}"`, expected: "a fixed shape", received: `[${shape.join(", ")}]` });
    found.set(name, { shape: shape as Shape, bytesPerNumber: BYTES[dataType] });
  }
  for (const node of model.nodes) {
    const rule = shapeRules[node.opType];
    if (!rule)
      throw new GraphError({ where: `${node.opType} "${node.name}"`, expected: "a known operator", received: "none" });
    const extent = (index: number) => found.get(node.inputs[index] ?? "");
    const result = rule({
      node,
      shape(index) {
        const known = extent(index);
        if (!known)
          throw new GraphError({
            where: `${node.opType} "${node.name}"`,
            expected: `input ${index} made before it`,
            received: "none",
          });
        return known.shape;
      },
      numbers(index) {
        const name = node.inputs[index];
        if (!name) return undefined;
        const data = constants.get(name);
        if (!data)
          throw new GraphError({
            where: `${node.opType} "${node.name}"`,
            expected: `constant numbers in "${name}"`,
            received: "computed ones",
          });
        return Array.from(data as ArrayLike<number | bigint>, Number);
      },
    });
    const shapes = (Array.isArray(result[0]) ? result : [result]) as readonly Shape[];
    const bytes = bytesOfResult(node, extent(0)?.bytesPerNumber ?? 4);
    for (const [index, name] of node.outputs.entries())
      if (name) {
        const bytesPerNumber = node.opType === "MaxPool" && index === 1 ? BYTES.int64 : bytes;
        found.set(name, { shape: shapes[index] ?? shapes[0]!, bytesPerNumber });
      }
    const viewed = isView(node) ? constants.get(node.inputs[0]!) : undefined;
    if (viewed) constants.set(node.outputs[0]!, viewed);
  }
  return found;
}

const BYTES: Readonly<Record<OnnxDataType, number>> = {
  float64: 8,
  int64: 8,
  float32: 4,
  int32: 4,
  float16: 2,
  int8: 1,
  uint8: 1,
  bool: 1,
};

/** Bytes by the code of a number kind in the ONNX standard, for `Cast`. */
const BYTES_BY_CODE: Readonly<Record<number, number>> = { 1: 4, 2: 1, 3: 1, 6: 4, 7: 8, 9: 1, 10: 2, 11: 8, 12: 4 };

function bytesOfResult(node: OnnxNode, ofInput: number): number {
  if (node.opType === "Cast") return BYTES_BY_CODE[integer(node, "to", 1)] ?? 4;
  if (["Greater", "Equal", "Less", "Not"].includes(node.opType)) return 1;
  return ["Where", "MaxUnpool", "ConstantOfShape"].includes(node.opType) ? 4 : ofInput;
}

const same: ShapeRule = ({ shape }) => shape(0);

const broadcast: ShapeRule = ({ node, shape }) =>
  node.inputs.map((_, index) => shape(index)).reduce((a, b) => broadcastShapes(node.name, a, b));

const reduced: ShapeRule = ({ node, shape, numbers }) => {
  const x = shape(0);
  const axes = (numbers(1) ?? integers(node, "axes", [...x.keys()])).map((axis) => (axis < 0 ? axis + x.length : axis));
  const kept = x.map((extent, axis) => (axes.includes(axis) ? 1 : extent));
  return integer(node, "keepdims", 1) === 1 ? kept : kept.filter((_, axis) => !axes.includes(axis));
};

const product: ShapeRule = ({ node, shape }) => {
  const [a, b] = [factorAsTaken(node, shape(0), "A"), factorAsTaken(node, shape(1), "B")];
  return [...broadcastShapes(node.name, a.slice(0, -2), b.slice(0, -2)), a.at(-2)!, b.at(-1)!];
};

/** A factor as the product takes it: with its batch axes in front (`transBatch`), then with its last two swapped (`trans`). */
export function factorAsTaken(node: OnnxNode, x: Shape, side: "A" | "B"): Shape {
  const front = integer(node, `transBatch${side}`) === 1 ? [...x.slice(1, -1), x[0]!, x.at(-1)!] : x;
  return integer(node, `trans${side}`) === 1 ? [...front.slice(0, -2), front.at(-1)!, front.at(-2)!] : front;
}

/** `[N, C, Ho, Wo]` of a window that slides over `[N, C, H, W]`. */
function slid(node: OnnxNode, x: Shape, channels: number): Shape {
  const { kernel, strides, pads, dilations } = windowOf(node);
  const size = kernel.map((extent, i) => {
    const room = x[i + 2]! + pads[i]! + pads[i + kernel.length]! - dilations[i]! * (extent - 1) - 1;
    return Math.floor(room / strides[i]!) + 1;
  });
  return [x[0]!, channels, ...size];
}

const convolution: ShapeRule = ({ node, shape }) => slid(node, shape(0), shape(1)[0]!);
const pooling: ShapeRule = ({ node, shape }) => slid(node, shape(0), shape(0)[1]!);

const transposed: ShapeRule = ({ node, shape }) => {
  const { kernel, strides, pads, dilations } = windowOf(node);
  const extra = integers(node, "output_padding", [0, 0]);
  const [n, , ...size] = shape(0);
  const reach = size.map(
    (extent, i) =>
      (extent - 1) * strides[i]! + dilations[i]! * (kernel[i]! - 1) + 1 + extra[i]! - pads[i]! - pads[i + 2]!,
  );
  return [n!, shape(1)[1]! * integer(node, "group", 1), ...reach];
};

const scaled =
  (scales: (inputs: Inputs) => readonly number[]): ShapeRule =>
  (inputs) => {
    const factors = scales(inputs);
    return inputs.shape(0).map((extent, axis) => Math.floor(extent * factors[axis]!));
  };

const shapeRules: Readonly<Record<string, ShapeRule>> = {
  ...Object.fromEntries(
    [
      "Add",
      "Sub",
      "Mul",
      "Div",
      "Max",
      "Min",
      "Pow",
      "Greater",
      "Equal",
      "Less",
      "Where",
      "BitShift",
      "BitwiseXor",
    ].map((opType) => [opType, broadcast]),
  ),
  ...Object.fromEntries(
    [
      "Abs",
      "Cast",
      "Clip",
      "Cos",
      "Erf",
      "Exp",
      "Identity",
      "LeakyRelu",
      "Log",
      "Neg",
      "Not",
      "QuickGelu",
      "Reciprocal",
    ]
      .concat(["Relu", "ReorderInput", "Sigmoid", "Sin", "Softmax", "Softplus", "Sqrt", "Tanh"])
      .map((opType) => [opType, same]),
  ),
  AveragePool: pooling,
  Concat: ({ node, shape }) => {
    const axis = integer(node, "axis");
    const at = axis < 0 ? axis + shape(0).length : axis;
    const total = node.inputs.reduce((sum, _, index) => sum + shape(index)[at]!, 0);
    return shape(0).map((extent, i) => (i === at ? total : extent));
  },
  ConstantOfShape: ({ numbers }) => numbers(0)!,
  Conv: convolution,
  ConvTranspose: transposed,
  Expand: ({ node, shape, numbers }) => broadcastShapes(node.name, shape(0), numbers(1)!),
  FusedConv: convolution,
  FusedMatMul: product,
  Gather: ({ node, shape }) => {
    const x = shape(0);
    const axis = integer(node, "axis");
    const at = axis < 0 ? axis + x.length : axis;
    return [...x.slice(0, at), ...shape(1), ...x.slice(at + 1)];
  },
  Gemm: product,
  GlobalAveragePool: ({ shape }) => shape(0).map((extent, axis) => (axis < 2 ? extent : 1)),
  MatMul: product,
  MaxPool: pooling,
  MaxUnpool: ({ numbers }) => numbers(2)!,
  Pad: ({ shape, numbers }) => {
    const x = shape(0);
    const widths = numbers(1)!;
    return x.map((extent, axis) => extent + widths[axis]! + widths[axis + x.length]!);
  },
  Range: ({ numbers }) => [Math.ceil((numbers(1)![0]! - numbers(0)![0]!) / numbers(2)![0]!)],
  ReduceMax: reduced,
  ReduceMean: reduced,
  ReduceSum: reduced,
  ReorderOutput: ({ node, shape }) => [shape(0)[0]!, integer(node, "channels"), ...shape(0).slice(2)],
  Reshape: ({ shape, numbers }) => {
    const wanted = numbers(1)!.map((extent, axis) => (extent === 0 ? shape(0)[axis]! : extent));
    const known = sizeOf(wanted.filter((extent) => extent !== -1));
    return wanted.map((extent) => (extent === -1 ? sizeOf(shape(0)) / known : extent));
  },
  Resize: scaled(({ numbers }) => numbers(2)!),
  ScatterElements: same,
  ScatterND: same,
  Slice: ({ shape, numbers }) => {
    const [x, starts, ends] = [shape(0), numbers(1)!, numbers(2)!];
    const axes = numbers(3) ?? starts.map((_, i) => i);
    const steps = numbers(4) ?? starts.map(() => 1);
    const cut = [...x];
    for (const [i, axis] of axes.entries()) {
      const [extent, step] = [x[axis]!, steps[i]!];
      const at = (place: number) => (place < 0 ? place + extent : place);
      const within = (place: number, low: number, high: number) => Math.min(Math.max(place, low), high);
      const [low, high] = step > 0 ? [0, extent] : [-1, extent - 1];
      const [from, to] = [within(at(starts[i]!), low, high), within(at(ends[i]!), low, high)];
      cut[axis] = Math.max(0, Math.ceil((to - from) / step));
    }
    return cut;
  },
  Split: ({ node, shape, numbers }) => {
    const axis = integer(node, "axis");
    return numbers(1)!.map((length) => shape(0).map((extent, i) => (i === axis ? length : extent)));
  },
  Squeeze: ({ shape, numbers }) => {
    const axes = numbers(1);
    return shape(0).filter((extent, axis) => (axes ? !axes.includes(axis) : extent !== 1));
  },
  Transpose: ({ node, shape }) => integers(node, "perm").map((axis) => shape(0)[axis]!),
  Unsqueeze: ({ shape, numbers }) => {
    const rank = shape(0).length + numbers(1)!.length;
    const added = numbers(1)!.map((axis) => (axis < 0 ? axis + rank : axis));
    const rest = [...shape(0)];
    return Array.from({ length: rank }, (_, axis) => (added.includes(axis) ? 1 : rest.shift()!));
  },
  Upsample: scaled(({ node }) => integers(node, "scales")),
};
