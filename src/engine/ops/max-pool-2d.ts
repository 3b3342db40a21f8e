/**
 * Maximum over windows, with its gradient and the gradient's adjoint. Of equal maxima the first in reading order wins, as in PyTorch.
 *
 * Picking numbers out at the maxima's places and adding them back there are exact adjoints, also where windows overlap.
 */

import { ShapeError } from "../../core/errors.ts";
import { formatShape, type Shape, sameShape } from "../../core/shape.ts";
import type { ArrayType, Op, Value } from "../graph.ts";
import { pooledType } from "./average-pool-2d.ts";
import { outputSize, pair, type Window, type WindowOptions, windowOf } from "./window.ts";

/** Window of a maximum; beyond the border nothing counts. */
export interface MaxPoolOptions extends WindowOptions {
  /** Rows and columns of the window. */
  readonly kernel: number | Shape;
}

/** The same, spelled out. */
export type PoolWindow = Window & { kernel: Shape };

/**
 * Maximum of every window: `[N, C, H, W]` to `[N, C, Ho, Wo]`, sizes as in {@link outputSize}.
 *
 * @param window one number: blocks of that size that tile the image; or a kernel with `stride` (the kernel unless given), `padding` and
 * `dilation`, as in PyTorch
 * @throws {@link ShapeError} when blocks do not tile the image, or a side is padded by as much as the kernel
 */
export function maxPool2d(x: Value, window: number | MaxPoolOptions = 2): Value {
  if (typeof window === "number") pooledType("maxPool2d", x, window);
  const { kernel, ...options } = typeof window === "number" ? { kernel: window } : window;
  return x.graph.apply(maxPool2dOp, [x], { kernel: pair(kernel), ...windowOf({ stride: kernel, ...options }) });
}

/** Zeros like x, to which z `[N, C, Ho, Wo]` is added at the places of x's maxima. */
export function putAtMaxima2d(z: Value, x: Value, window: PoolWindow): Value {
  return z.graph.apply(putAtMaxima2dOp, [z, x], window);
}

/** The numbers of v that stand where x has its maxima: `[N, C, Ho, Wo]`. */
export function pickAtMaxima2d(v: Value, x: Value, window: PoolWindow): Value {
  return v.graph.apply(pickAtMaxima2dOp, [v, x], window);
}

/** Whether the windows are blocks that tile an image `[…, H, W]`: every pixel then belongs to exactly one. */
export function isTiling({ kernel, strides, pads, dilations }: PoolWindow, shape: Shape): boolean {
  return (
    sameShape(kernel, strides) &&
    pads.every((width) => width === 0) &&
    dilations.every((step) => step === 1) &&
    shape.slice(-2).every((extent, i) => extent % kernel[i]! === 0)
  );
}

function inferPooled(where: string, x: ArrayType, { kernel, ...window }: PoolWindow): ArrayType {
  if (x.shape.length !== 4 || window.pads.some((width, i) => width >= kernel[i % 2]!))
    throw new ShapeError({
      where,
      expected: `an image [N, C, H, W] and padding below the kernel ${formatShape(kernel)}`,
      received: `${formatShape(x.shape)} and ${formatShape(window.pads)}`,
    });
  const size = outputSize(where, x.shape.slice(2), kernel, window);
  return { shape: [...x.shape.slice(0, 2), ...size], dataType: x.dataType };
}

function check(where: string, shape: Shape, expected: Shape): void {
  if (!sameShape(shape, expected))
    throw new ShapeError({ where, expected: formatShape(expected), received: formatShape(shape) });
}

/** See {@link maxPool2d}. */
export const maxPool2dOp: Op<PoolWindow> = {
  name: "maxPool2d",
  infer: ([x], window) => inferPooled("maxPool2d", x!, window),
  gradient: ({ inputs: [x], attributes, dy }) => [() => putAtMaxima2d(dy, x!, attributes)],
  simplify: ([x], { kernel, strides }) => ([...kernel, ...strides].every((extent) => extent === 1) ? x : undefined),
};

/** See {@link putAtMaxima2d}. */
export const putAtMaxima2dOp: Op<PoolWindow> = {
  name: "putAtMaxima2d",
  infer: ([z, x], window) => {
    check("putAtMaxima2d", z!.shape, inferPooled("putAtMaxima2d", x!, window).shape);
    return { shape: x!.shape, dataType: x!.dataType };
  },
  gradient: ({ inputs: [, x], attributes, dy }) => [() => pickAtMaxima2d(dy, x!, attributes), undefined],
};

/** See {@link pickAtMaxima2d}. */
export const pickAtMaxima2dOp: Op<PoolWindow> = {
  name: "pickAtMaxima2d",
  infer: ([v, x], window) => {
    check("pickAtMaxima2d", v!.shape, x!.shape);
    return inferPooled("pickAtMaxima2d", x!, window);
  },
  gradient: ({ inputs: [, x], attributes, dy }) => [() => putAtMaxima2d(dy, x!, attributes), undefined],
};
