/** Weights `[K, C, kh, kw]` as blocked convolutions read them; made anew in every step, which costs about a hundredth of the convolution. */

import { sizeOf } from "../../../core/shape.ts";
import type { BlockedPen } from "./pen.ts";

/** `[K, C, kh, kw]`. */
export type FilterShape = readonly [k: number, c: number, kh: number, kw: number];

/**
 * Filters of a convolution with blocked input: `[K/b, C/b, kh·kw, b of C, b of K]` in memory.
 *
 * Two transpositions of inner matrices, because they are many times faster than one of all axes: taps behind a block of C, then a block
 * of K behind everything. Both are reorderings of images, which are again ten times faster than `Transpose` with blocks of 8.
 */
export function blockedFilters(pen: BlockedPen, w: string, shape: FilterShape): string {
  const { block } = pen;
  const [k, c, kh, kw] = shape;
  const rows = tapsOutside(pen, w, shape);
  const image = pen.view(rows, [k, c, kh, kw], [k / block, block, 1, c * kh * kw]);
  return pen.view(pen.nchwc("ReorderInput", [image]), [k / block, block, 1, c * kh * kw], shape);
}

/** Filters of a convolution whose input is plain and has fewer channels than a block: `[K/b, C, kh·kw, b]` in memory. */
export function plainInputFilters(pen: BlockedPen, w: string, shape: FilterShape): string {
  const [k, c, kh, kw] = shape;
  const image = [k / pen.block, pen.block, 1, c * kh * kw] as const;
  return pen.view(pen.nchwc("ReorderInput", [pen.view(w, shape, image)]), image, shape);
}

/** Filters `[C, 1, kh, kw]` of a depthwise convolution. */
export function depthwiseFilters(pen: BlockedPen, w: string, [k, , kh, kw]: FilterShape): string {
  return pen.view(
    pen.nchwc("ReorderInput", [pen.view(w, [k, 1, kh, kw], [1, k, kh, kw])]),
    [1, k, kh, kw],
    [k, 1, kh, kw],
  );
}

/** Which taps of filters to take: their places `i·kw + j` in the order wanted, and the rows and columns that they make. */
export interface Taps {
  readonly places: readonly number[];
  readonly kernel: readonly [number, number];
}

/** Filters `[C, 1, kh, kw]` of a depthwise convolution with some of their taps: those of its gradient by the input. */
export function depthwiseTaps(pen: BlockedPen, w: string, shape: FilterShape, { places, kernel }: Taps): string {
  const [c, , kh, kw] = shape;
  const order = new Int32Array((c / pen.block) * places.length);
  let i = 0;
  for (let block = 0; block < c / pen.block; block++) for (const tap of places) order[i++] = block * kh * kw + tap;
  return rowsInOrder(pen, depthwiseFilters(pen, w, shape), shape, order, [c, 1, ...kernel]);
}

/**
 * Filters with input and output channels swapped, blocked: those of a gradient by the input. All taps, reversed, for stride 1.
 */
export function swappedFilters(pen: BlockedPen, w: string, shape: FilterShape, { places, kernel }: Taps): string {
  const { block } = pen;
  const [k, c, kh, kw] = shape;
  if (kh * kw === 1) {
    const image = pen.view(w, shape, [1, 1, k, c]); // with channels last
    return pen.view(pen.nchwc("ReorderInput", [image], { channels_last: 1 }), [1, c, 1, k], [c, k, 1, 1]);
  }
  const order = new Int32Array((k * c * places.length) / block);
  let i = 0;
  for (let cBlock = 0; cBlock < c / block; cBlock++)
    for (let kBlock = 0; kBlock < k / block; kBlock++)
      for (const tap of places)
        for (let inner = 0; inner < block; inner++)
          order[i++] = ((kBlock * block + inner) * (c / block) + cBlock) * kh * kw + tap;
  return rowsInOrder(pen, tapsOutside(pen, w, shape), shape, order, [c, k, ...kernel]);
}

/** Rows of b numbers of filters in another order, as filters of another shape. */
export function rowsInOrder(pen: BlockedPen, w: string, from: FilterShape, order: Int32Array, to: FilterShape): string {
  const { block } = pen;
  const rows = pen.view(w, from, [sizeOf(from) / block, block]);
  const gathered = pen.node("Gather", [rows, pen.table(order, [order.length])], { axis: 0 });
  return pen.view(gathered, [order.length, block], to);
}

/** `[K, C/b, kh·kw, b]`: a block of input channels beside each other. */
function tapsOutside(pen: BlockedPen, w: string, shape: FilterShape): string {
  const { block } = pen;
  const [k, c, kh, kw] = shape;
  if (kh * kw === 1) return w;
  const image = [(k * c) / block, block, 1, kh * kw] as const;
  return pen.view(pen.nchwc("ReorderInput", [pen.view(w, shape, image)]), image, shape);
}
