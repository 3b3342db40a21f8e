/**
 * Weight gradients whose channels are strips of the images, as wide as they are: tiles whose rows come and go as a whole, where others must be fetched pixel
 * by pixel.
 *
 * For half of the multiplications, sums of rows are taken of the images as they are, zeros beside them included, which leaves one row of each strip of four. Then
 * channels of images and strips only change places, by one reordering.
 */

import type { Value } from "../../graph.ts";
import { type Blocked, type BlockedPen, canBeBlocked, type ImageShape } from "./pen.ts";
import type { TapSums } from "./tap-sums.ts";
import { type Dealing, dealtFilters, MOST_TAPS, type Tiles } from "./tiles.ts";
import { correlatedRows, TOGETHER } from "./winograd.ts";

/** `Σ filter[n, f, y, x] · image[n, c, y + i − before, x + j − before]` for three rows of taps, or nothing where strips do not fill blocks of channels. */
export function correlationOfStrips(
  pen: BlockedPen,
  filter: Value,
  image: Value,
  { kernel, before }: Pick<Dealing, "kernel" | "before">,
): TapSums | undefined {
  const { block } = pen;
  const [n, f, rows, columns] = filter.shape as ImageShape;
  const [, c, height, width] = image.shape as ImageShape;
  const strips = rows / TOGETHER;
  const zeros = zerosAround(filter, image, { kernel, strides: [1, 1], before });
  if (!zeros || !fillBlocks(block, n, strips) || !canBeBlocked(image, block) || columns > MOST_TAPS) return undefined;
  const [tall, wide] = kernel;
  const across = columns + wide - 1; // columns that taps reach
  const together = Math.max(1, block / strips); // images that share a block
  const behind = Math.max(1, strips / block); // blocks of one image
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
      before: zeros[0],
      beside: [zeros[1], zeros[3]],
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

/** A strip's rows and those of its border, in parts of its own rows, from which on tiles of another form are as cheap. */
const MOST_BORDER = 1.6;

/** The highest strips whose pixels are taps that a near cache holds; nothing where they do not fill blocks of channels, or are mostly border. */
export function stripsFor(
  { block }: BlockedPen,
  filter: Value,
  image: Value,
  dealing: Pick<Dealing, "kernel" | "strides" | "before">,
): Tiles | undefined {
  const [n, , rows, columns] = filter.shape as ImageShape;
  if (!zerosAround(filter, image, dealing)) return undefined;
  let size = Math.min(rows, Math.floor(MOST_TAPS / columns));
  while (size > 0 && !fillBlocks(block, n, rows / size)) size--;
  const step = dealing.strides[0]!;
  const reach = step * (size - 1) + dealing.kernel[0];
  return size > 0 && reach <= MOST_BORDER * step * size
    ? { count: [rows / size, 1], size: [size, columns] }
    : undefined;
}

/** Whether strips of some images are whole, and whole blocks of channels: of one image, or of several that share a block. */
function fillBlocks(block: number, images: number, strips: number): boolean {
  return (
    Number.isInteger(strips) && (strips % block === 0 || (block % strips === 0 && (images * strips) % block === 0))
  );
}

/** Rows and columns of zeros that taps reach above, left, below and right of an image; nothing where they do not reach all of it. */
function zerosAround(
  { shape: [, , rows, columns] }: Value,
  { shape: [, , height, width] }: Value,
  { kernel: [tall, wide], strides, before }: Pick<Dealing, "kernel" | "strides" | "before">,
): readonly [above: number, left: number, below: number, right: number] | undefined {
  const [above, left] = before as [number, number];
  const below = strides[0]! * (rows! - 1) + tall - above - height!;
  const right = strides[1]! * (columns! - 1) + wide - left - width!;
  return Math.min(above, left, below, right) < 0 ? undefined : [above, left, below, right];
}

/** What `dealtImage` gives for strips that {@link stripsFor} found, with one block of the image's channels, or one channel of a plain image, in each part. */
export function dealtStrips(
  pen: BlockedPen,
  filter: Value,
  image: Value,
  { tiles, kernel, strides, before, parts }: Dealing,
): string {
  const { block } = pen;
  const n = image.shape[0]!;
  const [[strips], [size]] = [tiles.count, tiles.size];
  const zeros = zerosAround(filter, image, { kernel, strides, before })!;
  const { name, shape } = surrounded(pen, image, zeros);
  const rows = shape[2];
  const row = shape[3] * (shape[1] / parts);
  const reach = strides[0]! * (size - 1) + kernel[0];
  const together = Math.max(1, block / strips); // images that share a block
  const order: number[] = []; // of rows in memory
  for (let first = 0; first < strips * together; first += block)
    for (let y = 0; y < reach; y++)
      for (let part = 0; part < parts; part++)
        for (let channel = first; channel < first + block; channel++) {
          const [at, strip] = [Math.floor(channel / strips), channel % strips];
          order.push((at * parts + part) * rows + strides[0]! * size * strip + y);
        }
  const blocks = n / together;
  const memory = pen.view(name, shape, [blocks, together * parts * rows, row]);
  const fetched = pen.node("Gather", [memory, pen.table(Int32Array.from(order), [order.length])], { axis: 1 });
  const arrays = [(blocks * order.length) / block, block, 1, row] as const;
  const turned = pen.nchwc("ReorderInput", [pen.view(fetched, [blocks, order.length, row], arrays)]);
  return pen.view(turned, arrays, [(n * strips) / block, reach * parts * row, block]);
}

/** An image in its own layout with zeros around it. */
function surrounded(pen: BlockedPen, image: Value, pads: readonly [number, number, number, number]): Blocked {
  const { block } = pen;
  const [n, c, height, width] = image.shape as ImageShape;
  const [above, left, below, right] = pads;
  const shape: ImageShape = [n, c, above + height + below, left + width + right];
  const inBlocks = canBeBlocked(image, block);
  const name = inBlocks ? pen.blocked(image).name : pen.name(image);
  if (pads.every((zeros) => zeros === 0)) return { name, shape };
  if (!inBlocks) return { name: pen.node("Pad", [name, pen.ints([0, 0, above, left, 0, 0, below, right])]), shape };
  const planes: ImageShape = [(n * c) / block, block, height, width];
  const ones = pen.table(new Float32Array(block).fill(1), [block, 1, 1, 1]);
  const padded = pen.nchwc("Conv", [pen.view(name, image.shape, planes), ones], {
    kernel_shape: [1, 1],
    pads,
    group: block,
  });
  return { name: pen.view(padded, [planes[0], block, shape[2], shape[3]], shape), shape };
}
