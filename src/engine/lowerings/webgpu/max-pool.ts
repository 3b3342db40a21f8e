/**
 * Places of maxima without asking for them: the provider's `MaxPool` has no output of places (onnxruntime 1.30). Each pixel of a window is
 * compared with the window's maximum; the first that is not below it, in reading order, is its place. Comparisons and products with 0 and 1
 * only, so what is picked or put is exact.
 */

import type { Value } from "../../graph.ts";
import { add } from "../../ops/add.ts";
import { concat } from "../../ops/concat.ts";
import { greater } from "../../ops/greater.ts";
import { isTiling, maxPool2dOp, type PoolWindow } from "../../ops/max-pool-2d.ts";
import { mul } from "../../ops/mul.ts";
import { reshape } from "../../ops/reshape.ts";
import { slice, zeroPad } from "../../ops/slice.ts";
import { sub } from "../../ops/sub.ts";
import type { LoweringRule } from "../emitter.ts";
import { spread } from "./spread.ts";

/** See `ops/max-pool-2d.ts`. */
export const pickAtMaxima2d: LoweringRule<PoolWindow> = ({ inputs: [v, x], attributes, y }, emit) => {
  const ones = v!.graph.constant(1, y.shape);
  const values = taps(v!, attributes, y.shape, 0);
  const found = shares(ones, x!, attributes).map((share, i) => mul(share, values[i]!));
  return emit.name(found.reduce(add));
};

/** See `ops/max-pool-2d.ts`. */
export const putAtMaxima2d: LoweringRule<PoolWindow> = ({ inputs: [z, x], attributes }, emit) => {
  const found = shares(z!, x!, attributes);
  return emit.name(isTiling(attributes, x!.shape) ? interleaved(found, attributes) : laid(found, x!, attributes));
};

/**
 * For each pixel of a window, in reading order, z `[N, C, Ho, Wo]` where that pixel is the window's place and 0 elsewhere. What is left of z
 * after the pixels before it goes on to the next unless this one is not below the maximum.
 */
function shares(z: Value, x: Value, window: PoolWindow): Value[] {
  const most = x.graph.apply(maxPool2dOp, [x], window); // [N, C, Ho, Wo]
  let left = z;
  return taps(x, window, most.shape, LOWEST).map((pixel) => {
    const after = mul(left, greater(most, pixel));
    const share = sub(left, after);
    left = after;
    return share;
  });
}

/** Below every number of an image; infinity is not a number that WebGPU's language can write. */
const LOWEST = -3.4e38;

/** What each pixel of a window sees of x, in reading order: `[N, C, Ho, Wo]` each, `beyond` outside the image. */
function taps(x: Value, window: PoolWindow, [, , rows, columns]: readonly number[], beyond: number): Value[] {
  const { kernel, strides, pads, dilations } = window;
  const [n, c, h, w] = x.shape as [number, number, number, number];
  const [sh, sw] = strides as [number, number];
  const [height, width] = frame(window, [rows!, columns!], [h, w]) as [number, number];
  const framed = zeroPad(x, {
    before: [0, 0, pads[0]!, pads[1]!],
    after: [0, 0, height - pads[0]! - h, width - pads[1]! - w],
  });
  const outside = new Float32Array(height * width);
  for (let i = 0; i < height; i++)
    for (let j = 0; j < width; j++)
      if (i < pads[0]! || i >= pads[0]! + h || j < pads[1]! || j >= pads[1]! + w) outside[i * width + j] = beyond;
  const isInside = beyond === 0 || (height === h && width === w);
  const whole = isInside ? framed : add(framed, x.graph.constant(outside, [1, 1, height, width]));
  return places(kernel, dilations).map(([top, left]) => {
    const from = slice(whole, { starts: [top, left], ends: [top + rows! * sh, left + columns! * sw], axes: [2, 3] });
    const blocks = reshape(from, [n, c, rows!, sh, columns!, sw]);
    return reshape(slice(blocks, { starts: [0, 0], ends: [1, 1], axes: [3, 5] }), [n, c, rows!, columns!]);
  });
}

/** Rows and columns that hold the image with its border, and a whole stride for every pixel of every window. */
function frame({ kernel, strides, pads, dilations }: PoolWindow, outputs: readonly number[], size: readonly number[]) {
  return outputs.map((count, i) =>
    Math.max(count * strides[i]! + dilations[i]! * (kernel[i]! - 1), pads[i]! + size[i]!),
  );
}

/** Row and column of each pixel of a window, in reading order. */
function places(kernel: readonly number[], dilations: readonly number[]): [number, number][] {
  return Array.from({ length: kernel[0]! * kernel[1]! }, (_, i) => [
    Math.floor(i / kernel[1]!) * dilations[0]!,
    (i % kernel[1]!) * dilations[1]!,
  ]);
}

/** Windows that tile the image: their pixels side by side. */
function interleaved(parts: readonly Value[], { kernel }: PoolWindow): Value {
  const [n, c, rows, columns] = parts[0]!.shape as [number, number, number, number];
  const [kh, kw] = kernel as [number, number];
  const lines = Array.from({ length: kh }, (_, i) =>
    concat(
      parts.slice(i * kw, (i + 1) * kw).map((part) => reshape(part, [n, c, rows, 1, columns, 1])),
      5,
    ),
  );
  return reshape(concat(lines, 3), [n, c, rows * kh, columns * kw]);
}

/** Windows that may overlap: what several put at one place adds up. */
function laid(parts: readonly Value[], x: Value, window: PoolWindow): Value {
  const { kernel, strides, pads, dilations } = window;
  const [h, w] = x.shape.slice(2) as [number, number];
  const [height, width] = frame(window, parts[0]!.shape.slice(2), [h, w]) as [number, number];
  const sum = places(kernel, dilations)
    .map(([top, left], i) => {
      const apart = spread(parts[i]!, strides);
      const [below, right] = [height - top - apart.shape[2]!, width - left - apart.shape[3]!];
      return zeroPad(apart, { before: [0, 0, top, left], after: [0, 0, below, right] });
    })
    .reduce(add);
  return slice(sum, { starts: [pads[0]!, pads[1]!], ends: [pads[0]! + h, pads[1]! + w], axes: [2, 3] });
}
