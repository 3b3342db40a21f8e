/**
 * Sums over pixels for every kernel tap, as a blocked convolution leaves them, brought into the order of filters.
 *
 * Rows of a block are fetched by number, then one reordering takes them apart. `Transpose` would do the same in fewer words; but where it turns many small
 * matrices its threads meet after each, and two of them take nine times as long as one.
 */

import { type FilterShape, rowsInOrder } from "./filters.ts";
import type { BlockedPen } from "./pen.ts";

/** Blocked sums `[1, F, kh·parts, kw·C/parts]`: in each row and column the channels of one part of the image. */
export interface TapSums {
  readonly name: string;
  /** Channels of the filters, F, and of the image, C; kernel taps. */
  readonly shape: readonly [f: number, c: number, kh: number, kw: number];
  readonly parts: number;
}

/** Sums as filters `[F, C, kh, kw]`. */
export function straightFilters(pen: BlockedPen, sums: TapSums): string {
  const { shape } = sums;
  const [f, c, kh, kw] = shape;
  const places = placesOf(sums);
  const rows = [f / pen.block, places.length, pen.block] as const;
  const found = pen.view(sums.name, layoutOf(sums), rows);
  const isOrdered = places.every((place, i) => place === i);
  const ordered = isOrdered ? found : pen.node("Gather", [found, pen.table(places, [places.length])], { axis: 1 });
  const image = [1, f, c, kh * kw] as const;
  return pen.view(pen.nchwc("ReorderOutput", [pen.view(ordered, rows, image)], { channels: f }), image, shape);
}

/** Sums as filters `[C, F, kh, kw]` with their taps reversed. */
export function turnedFilters(pen: BlockedPen, sums: TapSums): string {
  const [f, c, kh, kw] = sums.shape;
  const places = placesOf(sums);
  const taps = kh * kw;
  const order = new Int32Array((c * f * taps) / pen.block);
  let i = 0;
  for (let channel = 0; channel < c; channel++)
    for (let block = 0; block < f / pen.block; block++)
      for (let tap = taps - 1; tap >= 0; tap--) order[i++] = block * places.length + places[channel * taps + tap]!;
  const ordered = rowsInOrder(pen, sums.name, layoutOf(sums), order, [c, f, kh, kw]);
  return pen.nchwc("ReorderOutput", [ordered], { channels: f });
}

function layoutOf({ shape: [f, c, kh, kw], parts }: TapSums): FilterShape {
  return [1, f, kh * parts, (kw * c) / parts];
}

/** Where the sum of each channel and tap lies among those of one block of filters, in the order `[C, kh, kw]`. */
function placesOf({ shape: [, c, kh, kw], parts }: TapSums): Int32Array {
  const beside = c / parts;
  const places = new Int32Array(c * kh * kw);
  let i = 0;
  for (let channel = 0; channel < c; channel++)
    for (let row = 0; row < kh; row++)
      for (let column = 0; column < kw; column++)
        places[i++] = ((row * parts + Math.floor(channel / beside)) * kw + column) * beside + (channel % beside);
  return places;
}
