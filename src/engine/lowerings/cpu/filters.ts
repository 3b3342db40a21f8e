/** Weights `[K, C, kh, kw]` as blocked convolutions read them; made anew in every step, which costs about a hundredth of the convolution. */

import type { BlockedPen } from "./pen.ts";

type FilterShape = readonly [k: number, c: number, kh: number, kw: number];

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

/**
 * Filters with input and output channels swapped, blocked: those of a gradient by the input. `taps` are the places `i·kw + j` of those
 * wanted, in the order wanted, `kernel` their rows and columns; all of them reversed for stride 1.
 */
export function swappedFilters(
  pen: BlockedPen,
  w: string,
  shape: FilterShape,
  taps: readonly number[],
  kernel: readonly [number, number],
): string {
  const { block } = pen;
  const [k, c, kh, kw] = shape;
  const rows = pen.view(tapsOutside(pen, w, shape), shape, [(k * c * kh * kw) / block, block]);
  const order = new Int32Array((k * c * taps.length) / block);
  let i = 0;
  for (let cBlock = 0; cBlock < c / block; cBlock++)
    for (let kBlock = 0; kBlock < k / block; kBlock++)
      for (const tap of taps)
        for (let inner = 0; inner < block; inner++)
          order[i++] = ((kBlock * block + inner) * (c / block) + cBlock) * kh * kw + tap;
  const gathered = pen.node("Gather", [rows, pen.table(order, [order.length])], { axis: 0 });
  return pen.view(gathered, [order.length, block], [c, k, ...kernel]);
}

/** `[K, C/b, kh·kw, b]`: a block of input channels beside each other. */
function tapsOutside(pen: BlockedPen, w: string, shape: FilterShape): string {
  const { block } = pen;
  const [k, c, kh, kw] = shape;
  if (kh * kw === 1) return w;
  const image = [(k * c) / block, block, 1, kh * kw] as const;
  return pen.view(pen.nchwc("ReorderInput", [pen.view(w, shape, image)]), image, shape);
}
