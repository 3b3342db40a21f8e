/**
 * How fast the runtime's kernels are beside the speeds of the machine that `machine-speed.ts` measures.
 *
 * A blocked convolution runs at the speed of convolutions, an addition of two arrays at that of memory; all others run at a share of one
 * of them. The shares were measured on machines with blocks of 16 and of 8 channels (docs/engine-measurements.md): they belong to the kernels of
 * the pinned onnxruntime more than to the machine. Where they differed between the two, a probe or a second limit takes the place of a share.
 */

import { type Shape, sizeOf } from "../../core/shape.ts";
import type { OnnxNode } from "../../onnx/model.ts";
import { NCHWC } from "../lowerings/cpu/pen.ts";
import { type ArrayExtent, factorAsTaken } from "./array-types.ts";
import { integer, integers } from "./attributes.ts";

/** Which speed decides, and which share of it is reached. */
export interface Pace {
  /** `convolution`, `wide convolution` and `product` count operations, `memory` bytes, `rows` pieces that are fetched one by one. */
  readonly of: "convolution" | "wide convolution" | "product" | "memory" | "rows" | "nothing";
  readonly share: number;
  /** Share of the speed of convolutions that bounds a kernel of memory whose operations may take longer than its bytes. */
  readonly operationsShare?: number;
  /** Pieces, for `rows`. */
  readonly rows?: number;
}

/** Pace of a node from the extents of its inputs and the shape of its first result. */
export function paceOf(node: OnnxNode, inputs: readonly ArrayExtent[], y: Shape): Pace {
  const rule = paceRules[node.opType];
  return typeof rule === "function" ? rule(node, inputs, y) : memory(rule ?? 1.1);
}

const memory = (share: number, operationsShare?: number): Pace => ({
  of: "memory",
  share,
  ...(operationsShare === undefined ? {} : { operationsShare }),
});

/** Taps above which the filters of a block no longer lie in a near cache. */
const WIDE_TAPS = 64;

type PaceRule = (node: OnnxNode, inputs: readonly ArrayExtent[], y: Shape) => Pace;

const convolution: PaceRule = (node, [x, w]) => {
  const groups = integer(node, "group", 1);
  const isBlocked = node.domain === NCHWC;
  const isDense = groups === 1 || w!.shape[1]! > 1;
  const taps = sizeOf(w!.shape.slice(2));
  if (isBlocked && isDense && taps > WIDE_TAPS) return { of: "wide convolution", share: 1 };
  if (isBlocked && isDense) return { of: "convolution", share: w!.shape[1]! < 16 ? 0.67 : 1 };
  if (isBlocked) {
    if (taps === 1) return memory(1.45);
    const isWhole = w!.shape[2] === x!.shape[2] && w!.shape[3] === x!.shape[3];
    return isWhole ? memory(2, 0.057) : memory(1.45, 0.18); // few taps, as in sums of rows, or many
  }
  if (groups > 1) return { of: "convolution", share: 0.05 };
  return { of: "convolution", share: 0.62 };
};

const transposed: PaceRule = (node) => ({
  of: "convolution",
  share: integer(node, "group", 1) > 1 ? 0.024 : 0.45,
});

/** Few rows, columns or terms leave the kernel waiting for memory; a left factor that is read in columns is slow when the result is narrow. */
const product: PaceRule = (node, [a], y) => {
  const narrowest = Math.min(y.at(-1)!, y.at(-2)!);
  const terms = factorAsTaken(node, a!.shape, "A").at(-1)!;
  const turned = integer(node, "transA") === 1 || integer(node, "transBatchA") === 1;
  const whole = turned ? (narrowest > 64 ? 0.6 : 0.4) : 0.85;
  return { of: "product", share: Math.min(narrowest, terms) < 8 ? 0.1 : whole };
};

/**
 * The kernel takes runs of numbers that meet alike. Beside an array of fewer axes, trailing extents of 1 make runs of one number: a
 * scalar beside 1×1 filters goes number by number.
 */
const binary: PaceRule = (_node, inputs, y) => {
  const isRagged = inputs.some(({ shape }) => shape.length < y.length);
  return memory(isRagged && y.at(-1) === 1 && sizeOf(y) > 1 ? 0.028 : 1.3);
};

/** Sums along the last axes are runs; along the first ones the kernel jumps. */
const reduction: PaceRule = (_node, [x], y) => {
  const { shape } = x!;
  return memory(y.length === shape.length && y.at(-1) === shape.at(-1) ? 0.18 : y.length < shape.length ? 0.18 : 1.2);
};

const gather: PaceRule = (node, [x, indices], _y) => {
  const axis = integer(node, "axis");
  const before = sizeOf(x!.shape.slice(0, axis));
  return { of: "rows", share: 1, rows: before * sizeOf(indices!.shape) };
};

/** Squares of the last two axes change places slowly; whole planes move at the speed of memory. */
const transpose: PaceRule = (node, [x]) => {
  const perm = integers(node, "perm");
  return memory(perm.at(-1) === x!.shape.length - 1 || perm.length < 3 ? 1.1 : 0.8);
};

const paceRules: Readonly<Record<string, PaceRule | number>> = {
  Add: binary,
  Conv: convolution,
  ConvTranspose: transposed,
  Div: binary,
  Exp: 0.9,
  Erf: 0.4,
  FusedConv: convolution,
  FusedMatMul: product,
  Gather: gather,
  Gemm: product,
  GlobalAveragePool: () => memory(2.2, 0.046),
  Log: 0.14,
  MatMul: product,
  MaxPool: (node) => memory(node.outputs.length > 1 ? 0.015 : 0.5),
  Mul: binary,
  Pad: 0.8,
  Pow: 0.1,
  QuickGelu: 0.6,
  ReduceMax: reduction,
  ReduceMean: reduction,
  ReduceSum: reduction,
  ReorderInput: 1.3,
  ReorderOutput: 1.2,
  Reshape: () => ({ of: "nothing", share: 1 }),
  Resize: 0.2,
  ScatterElements: 0.2,
  ScatterND: 0.2,
  Sigmoid: 0.75,
  Sqrt: 0.6,
  Squeeze: () => ({ of: "nothing", share: 1 }),
  Sub: binary,
  Transpose: transpose,
  Unsqueeze: () => ({ of: "nothing", share: 1 }),
  Upsample: 0.7,
};
