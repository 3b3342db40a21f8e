/** Averages over windows. Averaging over blocks and repeating over blocks are, up to a factor, each other's gradient. */

import { ShapeError } from "../../core/errors.ts";
import { formatShape, type Shape } from "../../core/shape.ts";
import type { ArrayType, Op, Value } from "../graph.ts";
import { mean } from "./mean.ts";
import { mul } from "./mul.ts";
import { separable2d, type Taps } from "./separable.ts";
import { outputSize, pair, type WindowOptions, windowOf } from "./window.ts";

/** Window of an average. */
export interface AveragePoolOptions extends Omit<WindowOptions, "dilation"> {
  /** Rows and columns of the window. */
  readonly kernel: number | Shape;
  /** Whether the padding counts as zeros; otherwise only pixels of the image count. As `count_include_pad` in PyTorch. */
  readonly countPadding?: boolean;
}

/**
 * Mean of every window: `[N, C, H, W]` to `[N, C, Ho, Wo]`, sizes as in {@link outputSize}.
 *
 * @param window one number: blocks of that size that tile the image; or a kernel with `stride` (the kernel unless given) and `padding`
 * @throws {@link ShapeError} when blocks do not tile the image, or the window is larger than it
 */
export function averagePool2d(x: Value, window: number | AveragePoolOptions = 2): Value {
  if (typeof window === "number") return x.graph.apply(averagePool2dOp, [x], { factor: window });
  const { kernel, stride = kernel, padding = 0, countPadding = true } = window;
  const geometry = windowOf({ stride, padding });
  const [size, extents] = [x.shape.slice(2), pair(kernel)];
  const blocks = [...extents, ...geometry.strides].every((extent) => extent === extents[0]);
  if (blocks && geometry.pads.every((width) => width === 0) && size.every((extent) => extent % extents[0]! === 0))
    return averagePool2d(x, extents[0]!);
  const along = (axis: 0 | 1): Taps => {
    const [extent, length] = [size[axis]!, extents[axis]!];
    return (i) => {
      const start = i * geometry.strides[axis]! - geometry.pads[axis]!;
      const [low, high] = [Math.max(start, 0), Math.min(start + length, extent)];
      return evenly(low, high, countPadding ? length : high - low);
    };
  };
  return separable2d(x, outputSize("averagePool2d", size, extents, geometry), [along(0), along(1)]);
}

/** Mean over all pixels: `[N, C, H, W]` to `[N, C, 1, 1]`. */
export function globalAveragePool2d(x: Value): Value {
  return mean(x, { axes: [2, 3], keepDims: true });
}

/**
 * Mean over as many windows as asked for, whatever the size of the image: `[N, C, H, W]` to `[N, C, height, width]`.
 *
 * Window i reaches from `⌊i·H/height⌋` to `⌈(i + 1)·H/height⌉`, as in PyTorch: neighbours overlap where the sizes do not divide.
 */
export function adaptiveAveragePool2d(x: Value, size: number | Shape): Value {
  const [from, to] = [x.shape.slice(2), pair(size)];
  if (to.every((extent) => extent === 1)) return globalAveragePool2d(x);
  const along = (axis: 0 | 1): Taps | undefined => {
    const [extent, parts] = [from[axis]!, to[axis]!];
    if (extent === parts) return undefined;
    return (i) => {
      const [low, high] = [Math.floor((i * extent) / parts), Math.ceil(((i + 1) * extent) / parts)];
      return evenly(low, high, high - low);
    };
  };
  return separable2d(x, to, [along(0), along(1)]);
}

/** Every pixel repeated `factor` × `factor` times: `[N, C, H, W]` to `[N, C, H·factor, W·factor]`. */
export function upsampleNearest2d(x: Value, factor = 2): Value {
  return x.graph.apply(upsampleNearest2dOp, [x], { factor });
}

/** Shape after pooling blocks. @throws {@link ShapeError} when the blocks do not tile the image */
export function pooledType(where: string, x: ArrayType, factor: number): ArrayType {
  const [n, c, h, w] = x.shape;
  if (x.shape.length !== 4 || h! % factor !== 0 || w! % factor !== 0)
    throw new ShapeError({
      where,
      expected: `[N, C, H, W] with H and W divisible by ${factor}`,
      received: formatShape(x.shape),
      fix: "Pad or crop the image first, or give a kernel and a stride.",
    });
  return { shape: [n!, c!, h! / factor, w! / factor], dataType: x.dataType };
}

/** Places from `low` to before `high`, each with weight 1 / count. */
function evenly(low: number, high: number, count: number): [number, number][] {
  return Array.from({ length: Math.max(high - low, 0) }, (_, i) => [low + i, 1 / count]);
}

/** See {@link averagePool2d}. */
export const averagePool2dOp: Op<{ factor: number }> = {
  name: "averagePool2d",
  infer: ([x], { factor }) => pooledType("averagePool2d", x!, factor),
  gradient: ({ attributes: { factor }, dy }) => [() => upsampleNearest2d(mul(dy, 1 / factor ** 2), factor)],
  simplify: ([x], { factor }) => (factor === 1 ? x : undefined),
};

/** See {@link upsampleNearest2d}. */
export const upsampleNearest2dOp: Op<{ factor: number }> = {
  name: "upsampleNearest2d",
  infer: ([x], { factor }) => {
    const [n, c, h, w] = x!.shape;
    return { shape: [n!, c!, h! * factor, w! * factor], dataType: x!.dataType };
  },
  gradient: ({ attributes: { factor }, dy }) => [() => mul(averagePool2d(dy, factor), factor ** 2)],
  simplify: ([x], { factor }) => (factor === 1 ? x : undefined),
};
