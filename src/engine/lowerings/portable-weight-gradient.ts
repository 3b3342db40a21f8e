/**
 * Weight gradient of a convolution in standard ONNX: `dw[k, c, i, j] = Σ dy[n, k, y, x] · x[n, c, s·y + d·i, s·x + d·j]`.
 *
 * It is a matrix product of dy and x over all pixels for every tap (i, j). What differs is how the shifted copies of x are made; speeds
 * are GFLOP/s on one Zen 5 core for 3×3, 16–64 channels, 24–96 px:
 *
 * - stride 1: x is copied once per column of the kernel, dy once per row, and one product gives all taps (75–150);
 * - stride 1, few rows: copying dy with its padding does not pay; one product per row of the kernel instead (115–180);
 * - stride 2, and 1×1: x is copied once per tap (50–130);
 * - one image, many taps, stride 2: a convolution with images as channels and dy as the kernel (90);
 * - many narrow groups: the same convolution does all groups at once;
 * - depthwise: see `portable-depthwise.ts`; wide images with stride 1 by plain multiplication and summation tap by tap (4: memory speed).
 */

import type { ConvGeometry } from "../ops/convolution.ts";
import type { Emitter, OperatorNode } from "./emitter.ts";
import {
  expandDepthwiseWeightGradient,
  hasNarrowRows,
  isDepthwise,
  isSmallDepthwise,
  lowerByRows,
} from "./portable-depthwise.ts";

/** One group's geometry and the ONNX names of its x, not yet padded, and of dy. */
interface Problem {
  readonly x: string;
  /** top, left, bottom, right */
  readonly pads: readonly number[];
  /** Rows and columns of x when it is padded. */
  readonly size: readonly [number, number];
  readonly dy: string;
  readonly n: number;
  readonly c: number;
  readonly k: number;
  /** Rows and columns of dy. */
  readonly rows: number;
  readonly columns: number;
  readonly kernel: readonly [number, number];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
}

/** Groups of fewer channels than this are too narrow for matrix products of their own. */
const NARROW = 16;

/** Few enough rows that {@link byKernelRow} beats {@link byShifts}. */
const FEW_ROWS = 32;

/** ONNX for a weight gradient, `[K, C/groups, kh, kw]`. */
export function lowerConv2dWeightGradient(
  { inputs: [x, dy], attributes, y }: OperatorNode<ConvGeometry & { kernel: readonly number[] }>,
  emit: Emitter,
): string {
  const { strides, pads, dilations, groups } = attributes;
  const [k, c, ...kernel] = y.shape as [number, number, number, number];
  const [n, , rows, columns] = dy!.shape as [number, number, number, number];
  const depthwise = { from: x!.shape, to: dy!.shape, kernel, geometry: attributes };
  if (isSmallDepthwise(depthwise)) return emit.name(expandDepthwiseWeightGradient(x!, dy!, depthwise));
  if (isDepthwise(depthwise) && hasNarrowRows(depthwise)) return lowerByRows(x!, dy!, depthwise, emit);
  const size = [x!.shape[2]! + pads[0]! + pads[2]!, x!.shape[3]! + pads[1]! + pads[3]!] as const;
  const shared = { pads, size, n, c, rows, columns, kernel, strides, dilations };
  if (groups > 1 && c < NARROW) {
    const whole = { ...shared, x: emit.name(x!), dy: emit.name(dy!), k };
    const byTaps = isDepthwise(depthwise) && strides.every((stride) => stride === 1);
    return byTaps ? byPixel(whole, emit) : byConvolution(whole, emit, groups);
  }
  const parts = groups === 1 ? [emit.name(x!)] : divided(emit.name(x!), groups, c, emit);
  const filters = groups === 1 ? [emit.name(dy!)] : divided(emit.name(dy!), groups, k / groups, emit);
  const gradients = parts.map((part, g) => {
    const problem = { ...shared, x: part, dy: filters[g]!, k: k / groups };
    const dense = [...strides, ...dilations].every((step) => step === 1);
    if (dense && kernel[0] * kernel[1] > 1)
      return rows <= FEW_ROWS ? byKernelRow(problem, emit) : byShifts(problem, emit);
    return n === 1 && kernel[0] * kernel[1] > 9 ? byConvolution(problem, emit) : byTap(problem, emit);
  });
  return groups === 1 ? gradients[0]! : emit.node("Concat", gradients, { axis: 0 });
}

/** All taps in one product: rows of dy shifted against columns of x. */
function byShifts(problem: Problem, emit: Emitter): string {
  const { dy, n, c, k, rows, columns, kernel } = problem;
  const [height] = problem.size;
  const shiftedRows = Array.from({ length: kernel[0] }, (_, i) =>
    emit.node("Pad", [dy, emit.ints([0, 0, i, 0, 0, 0, height - rows - i, 0])]),
  );
  const dys = emit.node("Concat", shiftedRows, { axis: 1 }); // [N, kh·K, Hp, Wo]
  const taps = product(dys, [n, kernel[0] * k, height * columns], shiftedColumns(problem, emit), kernel[1] * c, emit);
  const split = emit.node("Reshape", [taps, emit.ints([kernel[0], k, kernel[1], c])]);
  return emit.node("Transpose", [split], { perm: [1, 3, 0, 2] });
}

/** One product per row of the kernel. */
function byKernelRow(problem: Problem, emit: Emitter): string {
  const { dy, n, c, k, rows, columns, kernel } = problem;
  const xs = shiftedColumns(problem, emit); // [N, kw·C, Hp, Wo]
  const perRow = Array.from({ length: kernel[0] }, (_, i) => {
    const lines = emit.node("Slice", [xs, emit.ints([i]), emit.ints([i + rows]), emit.ints([2])]);
    const taps = product(dy, [n, k, rows * columns], lines, kernel[1] * c, emit);
    return emit.node("Reshape", [taps, emit.ints([k, 1, kernel[1], c])]);
  });
  const joined = perRow.length === 1 ? perRow[0]! : emit.node("Concat", perRow, { axis: 1 }); // [K, kh, kw, C]
  return emit.node("Transpose", [joined], { perm: [0, 3, 1, 2] });
}

/** x copied for every tap, then one product: any stride and dilation. */
function byTap(problem: Problem, emit: Emitter): string {
  const { dy, n, c, k, rows, columns, kernel, strides, dilations } = problem;
  const x = padded(problem, emit);
  const copies: string[] = [];
  for (let i = 0; i < kernel[0]; i++)
    for (let j = 0; j < kernel[1]; j++) {
      const start = [i * dilations[0]!, j * dilations[1]!] as const;
      const end = [start[0] + (rows - 1) * strides[0]! + 1, start[1] + (columns - 1) * strides[1]! + 1];
      copies.push(emit.node("Slice", [x, emit.ints(start), emit.ints(end), emit.ints([2, 3]), emit.ints(strides)]));
    }
  const xs = copies.length === 1 ? copies[0]! : emit.node("Concat", copies, { axis: 1 });
  const taps = product(dy, [n, k, rows * columns], xs, copies.length * c, emit); // [K, kh·kw·C]
  const swapped = emit.node("Transpose", [emit.node("Reshape", [taps, emit.ints([k, copies.length, c])])], {
    perm: [0, 2, 1],
  });
  return emit.node("Reshape", [swapped, emit.ints([k, c, ...kernel])]);
}

/** One channel of x for each of dy: a multiplication and a sum for every tap. */
function byPixel(problem: Problem, emit: Emitter): string {
  const { dy, k, rows, columns, kernel, dilations } = problem;
  const x = padded(problem, emit);
  const taps: string[] = [];
  for (let i = 0; i < kernel[0]; i++)
    for (let j = 0; j < kernel[1]; j++) {
      const start = [i * dilations[0]!, j * dilations[1]!] as const;
      const end = emit.ints([start[0] + rows, start[1] + columns]);
      const products = emit.node("Mul", [emit.node("Slice", [x, emit.ints(start), end, emit.ints([2, 3])]), dy]);
      taps.push(emit.node("ReduceSum", [products, emit.ints([0, 2, 3])])); // [1, K, 1, 1]
    }
  const joined = taps.length === 1 ? taps[0]! : emit.node("Concat", taps, { axis: 2 }); // [1, K, kh·kw, 1]
  return emit.node("Reshape", [joined, emit.ints([k, 1, ...kernel])]);
}

/**
 * Images become channels, channels images, dy the kernel; stride and dilation change places. For one image the swaps are free. With groups,
 * those of x `[N, groups, C, H, W]` become groups of channels `[C, groups·N, H, W]`.
 */
function byConvolution(problem: Problem, emit: Emitter, groups = 1): string {
  const { dy, n, c, size, kernel, strides, dilations, rows, columns } = problem;
  const filters = emit.node("Transpose", [dy], { perm: [1, 0, 2, 3] }); // [K, N, Ho, Wo]
  const apart = emit.node("Reshape", [padded(problem, emit), emit.ints([n, groups, c, -1])]);
  const turned = emit.node("Transpose", [apart], { perm: [2, 1, 0, 3] }); // [C, groups, N, Hp·Wp]
  const images = emit.node("Reshape", [turned, emit.ints([c, groups * n, ...size])]);
  const taps = emit.node("Conv", [images, filters], {
    kernel_shape: [rows, columns],
    strides: dilations,
    dilations: strides,
    group: groups,
  });
  const inside = emit.node("Slice", [taps, emit.ints([0, 0]), emit.ints(kernel), emit.ints([2, 3])]); // [C, K, kh, kw]
  return emit.node("Transpose", [inside], { perm: [1, 0, 2, 3] });
}

/** x copied once per column of the kernel, `[N, kw·C, Hp, Wo]`. Padding by less than nothing cuts off, so one pass does both. */
function shiftedColumns({ x, pads, columns, kernel }: Problem, emit: Emitter): string {
  const [top, left, bottom, right] = pads as [number, number, number, number];
  const last = kernel[1] - 1;
  const copies = Array.from({ length: kernel[1] }, (_, j) =>
    pads.every((width) => width === 0)
      ? emit.node("Slice", [x, emit.ints([j]), emit.ints([j + columns]), emit.ints([3])])
      : emit.node("Pad", [x, emit.ints([0, 0, top, left - j, 0, 0, bottom, right - (last - j)])]),
  );
  return copies.length === 1 ? copies[0]! : emit.node("Concat", copies, { axis: 1 });
}

function padded({ x, pads: [top, left, bottom, right] }: Problem, emit: Emitter): string {
  const widths = [0, 0, top!, left!, 0, 0, bottom!, right!];
  return widths.every((width) => width === 0) ? x : emit.node("Pad", [x, emit.ints(widths)]);
}

/** Σ over images and pixels of a `[N, A, P]` times b `[N, B, P]`: `[A, B]`. */
function product(
  a: string,
  [n, sizeA, pixels]: readonly [number, number, number],
  b: string,
  sizeB: number,
  emit: Emitter,
): string {
  if (n === 1) {
    const [left, right] = [
      emit.node("Reshape", [a, emit.ints([sizeA, pixels])]),
      emit.node("Reshape", [b, emit.ints([sizeB, pixels])]),
    ];
    return emit.node("Gemm", [left, right], { transB: 1 });
  }
  const left = emit.node("Reshape", [a, emit.ints([n, sizeA, pixels])]);
  const right = emit.node("Reshape", [b, emit.ints([n, sizeB, pixels])]);
  const each = emit.node("MatMul", [left, emit.node("Transpose", [right], { perm: [0, 2, 1] })]);
  return emit.node("ReduceSum", [each, emit.ints([0])], { keepdims: 0 });
}

function divided(name: string, groups: number, size: number, emit: Emitter): readonly string[] {
  const lengths = Array.from({ length: groups }, () => size);
  return emit.nodes("Split", [name, emit.ints(lengths)], { axis: 1 }, groups);
}
