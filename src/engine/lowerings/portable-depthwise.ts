/**
 * Depthwise convolution as matrix products: far more multiplications than the kernel has taps, but at the speed of products.
 *
 * - Of small images whole: each channel's kernel, spread out, is a matrix from input to output pixels. From 8×8 pixels down two to thirty
 *   times faster than `Conv` with as many groups as channels, which goes pixel by pixel. Constant kernels stay with `Conv`: the runtime lays
 *   those out in blocks, and that is faster still.
 * - Of larger ones, for the gradient by the weight, row against row: up to three times faster than tap by tap.
 */

import type { Shape } from "../../core/shape.ts";
import type { Value } from "../graph.ts";
import { add } from "../ops/add.ts";
import type { ConvGeometry } from "../ops/convolution.ts";
import { matMul } from "../ops/mat-mul.ts";
import { reshape } from "../ops/reshape.ts";
import { transpose } from "../ops/transpose.ts";
import type { Emitter } from "./emitter.ts";

/** A depthwise convolution from images `[N, C, H, W]` to `[N, C, Ho, Wo]`. */
export interface Depthwise {
  readonly from: Shape;
  readonly to: Shape;
  readonly kernel: Shape;
  readonly geometry: ConvGeometry;
}

/** Whether every channel has one kernel of its own. */
export function isDepthwise({ from, to, geometry: { groups } }: Depthwise): boolean {
  return groups > 1 && from[1] === groups && to[1] === groups;
}

/**
 * Whether whole images are best: few pixels, and enough images that spreading the kernels out pays. Never for a single image, so that
 * exported models have the convolutions that people look for in them.
 */
export function isSmallDepthwise(depthwise: Depthwise): boolean {
  const [pixels, results] = [pixelsOf(depthwise.from), pixelsOf(depthwise.to)];
  const worthIt = depthwise.from[0]! >= Math.max(2, pixels / 8, results / 8);
  return isDepthwise(depthwise) && pixels * results <= MOST_PAIRS && worthIt;
}

/** Whether rows are narrow enough for {@link lowerByRows}, which multiplies every pixel of a row with every other. */
export function hasNarrowRows({ from, kernel }: Depthwise): boolean {
  return from[3]! <= 24 * kernel[1]!;
}

/** Pairs of input and output pixels up to which products are faster: 64 · 64. */
const MOST_PAIRS = 4096;

/** The convolution of x with w `[C, 1, kh, kw]`. */
export function expandDepthwise(x: Value, w: Value, bias: Value | undefined, depthwise: Depthwise): Value {
  const y = byImage(matMul(byChannel(x), spread(w, depthwise)), depthwise.to);
  return bias ? add(y, reshape(bias, [1, -1, 1, 1])) : y;
}

/** Its gradient by x, from z of the result's shape. */
export function expandDepthwiseTransposed(z: Value, w: Value, depthwise: Depthwise): Value {
  return byImage(matMul(byChannel(z), transpose(spread(w, depthwise))), depthwise.from);
}

/** Its gradient by w. */
export function expandDepthwiseWeightGradient(x: Value, z: Value, depthwise: Depthwise): Value {
  const { from, to, kernel } = depthwise;
  const pairs = matMul(transpose(byChannel(x)), byChannel(z)); // [C, H·W, Ho·Wo]
  const flat = reshape(pairs, [from[1]!, pixelsOf(from) * pixelsOf(to)]);
  return reshape(matMul(flat, taps(x, depthwise, true)), [from[1]!, 1, ...kernel]);
}

/**
 * The gradient by w, row of the kernel by row: products `[C, W, N·Ho] · [C, N·Ho, Wo]` of the rows of x and z that belong together, of
 * which each column of the kernel takes one diagonal.
 */
export function lowerByRows(x: Value, z: Value, { from, to, kernel, geometry }: Depthwise, emit: Emitter): string {
  const [n, c, , width] = from as [number, number, number, number];
  const [rows, columns] = to.slice(2) as [number, number];
  const { strides, pads, dilations } = geometry;
  const turned = (value: Value) => emit.node("Transpose", [emit.name(value)], { perm: [1, 0, 2, 3] });
  const images = emit.node("Pad", [turned(x), emit.ints([0, 0, pads[0]!, 0, 0, 0, pads[2]!, 0])]); // [C, N, Hp, W]
  const slopes = emit.node("Reshape", [turned(z), emit.ints([c, n * rows, columns])]);
  const perRow = Array.from({ length: kernel[0]! }, (_, i) => {
    const start = i * dilations[0]!;
    const end = emit.ints([start + (rows - 1) * strides[0]! + 1]);
    const lines = emit.node("Slice", [images, emit.ints([start]), end, emit.ints([2]), emit.ints([strides[0]!])]);
    const flat = emit.node("Reshape", [lines, emit.ints([c, n * rows, width])]);
    const pairs = emit.node("MatMul", [emit.node("Transpose", [flat], { perm: [0, 2, 1] }), slopes]); // [C, W, Wo]
    return emit.node("Reshape", [pairs, emit.ints([c, 1, width * columns])]);
  });
  const joined = perRow.length === 1 ? perRow[0]! : emit.node("Concat", perRow, { axis: 1 }); // [C, kh, W·Wo]
  const row = { from: [1, 1, 1, width], to: [1, 1, 1, columns], kernel: [1, kernel[1]!] };
  const alongRow = { ...geometry, pads: [0, pads[1]!, 0, pads[3]!] };
  const diagonals = emit.name(taps(x, { ...row, geometry: alongRow }, true)); // [W·Wo, kw]
  return emit.node("Reshape", [emit.node("MatMul", [joined, diagonals]), emit.ints([c, 1, ...kernel])]);
}

/** Every channel's kernel as a matrix `[C, H·W, Ho·Wo]`. */
function spread(w: Value, depthwise: Depthwise): Value {
  const { from, to } = depthwise;
  const flat = reshape(w, [w.shape[0]!, -1]); // [C, kh·kw]
  return reshape(matMul(flat, taps(w, depthwise, false)), [w.shape[0]!, pixelsOf(from), pixelsOf(to)]);
}

/** 1 where a tap leads from an input to an output pixel: `[kh·kw, H·W·Ho·Wo]`, or its transpose. */
function taps({ graph }: Value, { from, to, kernel, geometry }: Depthwise, transposed: boolean): Value {
  const { strides, pads, dilations } = geometry;
  const [[height, width], [rows, columns]] = [from.slice(2), to.slice(2)] as [[number, number], [number, number]];
  const [count, pairs] = [kernel[0]! * kernel[1]!, pixelsOf(from) * pixelsOf(to)];
  const numbers = new Float32Array(count * pairs);
  for (let tap = 0; tap < count; tap++)
    for (let result = 0; result < rows * columns; result++) {
      const row = Math.floor(result / columns) * strides[0]! + Math.floor(tap / kernel[1]!) * dilations[0]! - pads[0]!;
      const column = (result % columns) * strides[1]! + (tap % kernel[1]!) * dilations[1]! - pads[1]!;
      if (row < 0 || row >= height || column < 0 || column >= width) continue;
      const pair = (row * width + column) * rows * columns + result;
      numbers[transposed ? pair * count + tap : tap * pairs + pair] = 1;
    }
  return graph.constant(numbers, transposed ? [pairs, count] : [count, pairs]);
}

function byChannel(x: Value): Value {
  const [n, c] = x.shape as [number, number];
  return transpose(reshape(x, [n, c, -1]), [1, 0, 2]); // [C, N, H·W]
}

function byImage(x: Value, shape: Shape): Value {
  return reshape(transpose(x, [1, 0, 2]), shape);
}

function pixelsOf(shape: Shape): number {
  return shape[2]! * shape[3]!;
}
