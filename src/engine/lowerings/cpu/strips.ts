/**
 * A weight gradient in half of the multiplications whose channels are strips of four rows, as wide as the images.
 *
 * Sums of rows are taken of the images as they are, zeros beside them included, which leaves one row of each strip. Then channels of images and
 * strips only change places, by one reordering; other tiles must be fetched pixel by pixel first.
 */

import type { Value } from "../../graph.ts";
import { type Blocked, type BlockedPen, canBeBlocked, type ImageShape } from "./pen.ts";
import type { TapSums } from "./tap-sums.ts";
import { type Dealing, dealtFilters, MOST_TAPS } from "./tiles.ts";
import { correlatedRows, TOGETHER } from "./winograd.ts";

/** `Σ filter[n, f, y, x] · image[n, c, y + i − before, x + j − before]` for three rows of taps, or nothing where strips do not fill blocks of channels. */
export function correlationOfStrips(
  pen: BlockedPen,
  filter: Value,
  image: Value,
  { kernel: [tall, wide], before: [above, left] }: Pick<Dealing, "kernel" | "before">,
): TapSums | undefined {
  const { block } = pen;
  const [n, f, rows, columns] = filter.shape as ImageShape;
  const [, c, height, width] = image.shape as ImageShape;
  const strips = rows / TOGETHER;
  const across = columns + wide - 1; // columns that taps reach
  const right = across - left! - width;
  const together = Math.max(1, block / strips); // images that share a block
  const behind = Math.max(1, strips / block); // blocks of one image
  const fits = [strips, together, n / together, behind].every(Number.isInteger);
  if (!fits || !canBeBlocked(image, block) || columns > MOST_TAPS || above! < 0 || left! < 0 || right < 0)
    return undefined;
  const planes = c / block;
  const blocks = n / together;
  const tiles = { count: [strips, 1], size: [TOGETHER, columns] } as const;
  const dealt = dealtFilters(pen, pen.blocked(filter) as Blocked, tiles);
  const arrays = f / block;

  /** One row of each strip: `[blocks, planes · behind, across · block]` numbers for each of a block of strips. */
  const inChannels = ({ name, shape }: Blocked): string => {
    const row = across * block;
    let ordered = pen.view(name, shape, [n * planes * behind, strips / behind, 1, row]);
    if (together > 1) {
      const order = Int32Array.from(
        { length: together * planes },
        (_, i) => (i % together) * planes + Math.floor(i / together),
      );
      const images = pen.view(name, shape, [blocks, order.length, strips * row]);
      ordered = pen.node("Gather", [images, pen.table(order, [order.length])], { axis: 1 });
      ordered = pen.view(ordered, [blocks, order.length, strips * row], [blocks * planes, block, 1, row]);
    }
    return pen.nchwc("ReorderInput", [ordered]);
  };
  const joined = correlatedRows(pen, {
    image: {
      ...(pen.blocked(image) as Blocked),
      planes: [n * planes, block, height, width],
      before: above!,
      beside: [left!, right],
      groups: strips,
    },
    filter: {
      name: dealt,
      shape: [(f * n * rows * columns) / block, block],
      planes: [(f * n * strips) / block ** 2, block, TOGETHER, columns * block],
      groups: 1,
    },
    product(sums, filters) {
      const inputs = [
        pen.view(
          inChannels(sums),
          [blocks * planes * behind, block, 1, across * block],
          [1, blocks * block, planes * behind, across * block],
        ),
        pen.view(filters.name, filters.shape, [f, blocks * block, behind, columns]),
      ];
      const attributes = { kernel_shape: [behind, columns], strides: [behind, 1], dilations: [1, block] };
      return { name: pen.nchwc("Conv", inputs, attributes), shape: [1, f, planes, wide * block] };
    },
    arrays,
  });
  const name = pen.view(joined, [arrays, tall, planes * wide * block * block], [1, f, tall * planes, wide * block]);
  return { name, shape: [f, c, tall, wide], parts: planes };
}
