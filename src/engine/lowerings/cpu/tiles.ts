/** Pixels of an image dealt into equal tiles: as many as a block has channels, or a multiple of that. */

import type { Value } from "../../graph.ts";
import { type Blocked, type BlockedPen, canBeBlocked, type ImageShape } from "./pen.ts";

/** A grid of tiles. */
export interface Tiles {
  /** Tiles below each other and beside each other; their product is a multiple of the block. */
  readonly count: readonly [number, number];
  /** Rows and columns of each. */
  readonly size: readonly [number, number];
}

/** How the image beside dealt filters is dealt. */
export interface Dealing {
  readonly tiles: Tiles;
  readonly kernel: readonly [number, number];
  readonly strides: readonly number[];
  /** Rows above and columns left of the image that taps reach; negative where they never reach its edge. */
  readonly before: readonly number[];
  /** Parts of its channels that lie below each other in every row; the channels of a part lie beside each other in every column. */
  readonly parts: number;
}

/**
 * Pixels of a tile above which there are more of them: they are the taps of a filter, and the kernel goes through those of four filters again and again,
 * which only a near cache lets it do at full speed.
 */
export const MOST_TAPS = 256;

/**
 * The grid that pads images least, of those one whose tiles have a multiple of `together` rows, of those the one with most tiles, of those the one whose tiles
 * have the shortest border. An image may have fewer tiles than a block has channels: then several images share a block.
 */
export function tilesFor(
  block: number,
  images: number,
  [rows, columns]: readonly [number, number],
  together = 1,
): { tiles: Tiles; waste: number } {
  const grids: { tiles: Tiles; waste: number; ragged: number; all: number; border: number }[] = [];
  let most = block;
  while ((rows * columns) / most > MOST_TAPS) most *= 2;
  for (let all = 1; all <= most; all *= 2) {
    if ((rows * columns) / all > MOST_TAPS || (images * all) % block !== 0) continue;
    for (let down = 1; down <= all; down *= 2) {
      const count = [down, all / down] as const;
      const size = [Math.ceil(rows / count[0]), Math.ceil(columns / count[1])] as const;
      const waste = (size[0] * size[1] * all) / (rows * columns);
      const ragged = Math.sign(size[0] % together);
      grids.push({ tiles: { count, size }, waste, ragged, all, border: size[0] + size[1] });
    }
  }
  return grids.toSorted((a, b) => a.waste - b.waste || a.ragged - b.ragged || b.all - a.all || a.border - b.border)[0]!;
}

/** The tile that each channel stands for: image by image, row by row of tiles. */
function tilesOf({ count }: Tiles, images: number): { image: number; down: number; beside: number }[] {
  const all = count[0] * count[1];
  return Array.from({ length: images * all }, (_, channel) => {
    const tile = channel % all;
    return { image: Math.floor(channel / all), down: Math.floor(tile / count[1]), beside: tile % count[1] };
  });
}

/**
 * Blocked images `[N, K, H, W]` as filters with tiles for channels: rows of b numbers in the order `[groups, K/b, N·tiles/b/groups, tile pixel, b tiles]`.
 */
export function dealtFilters(pen: BlockedPen, { name, shape }: Blocked, tiles: Tiles, groups = 1): string {
  const { block } = pen;
  const { count, size } = tiles;
  const [n, k, height, width] = shape;
  const [blocks, pixels, all] = [k / block, height * width, count[0] * count[1]];
  // With one image or one block of channels, each array of pixels may be dealt alike, by one short table
  const alike = all % block === 0 && (n === 1 || blocks === 1) && (groups === 1 || blocks === 1);
  const [images, planes] = alike ? [1, 1] : [n, blocks];
  const channels = tilesOf(tiles, images);
  const order = new Int32Array(planes * images * all * size[0] * size[1]); // of pixels in memory; −1 outside
  const together = alike ? channels.length : channels.length / groups;
  let i = 0;
  for (let start = 0; start < channels.length; start += together)
    for (let plane = 0; plane < planes; plane++)
      for (let first = start; first < start + together; first += block)
        for (let y = 0; y < size[0]; y++)
          for (let x = 0; x < size[1]; x++)
            for (let channel = first; channel < first + block; channel++) {
              const { image, down, beside } = channels[channel]!;
              const [row, column] = [down * size[0] + y, beside * size[1] + x];
              const inside = row < height && column < width;
              order[i++] = inside ? ((image * planes + plane) * height + row) * width + column : -1;
            }
  const memory = [(n * blocks) / (images * planes), images * planes * pixels, block] as const;
  return gathered(pen, pen.view(name, shape, memory), memory, order);
}

/**
 * An image `[N, C, H, W]` dealt likewise, with the border that taps reach: `[N·tiles/b, tile rows · parts · tile columns · C/parts, b]`, zeros where a
 * tap is outside of the image. A blocked image is dealt by rows of b channels and transposed, a plain one number by number.
 */
export function dealtImage(pen: BlockedPen, image: Value, { tiles, kernel, strides, before, parts }: Dealing): string {
  const { block } = pen;
  const [n, c, height, width] = image.shape as ImageShape;
  const inBlocks = canBeBlocked(image, block);
  const [planes, unit] = inBlocks ? [c / block, block] : [c, 1];
  const reach = [0, 1].map((i) => strides[i]! * (tiles.size[i]! - 1) + kernel[i]!) as [number, number];
  const all = tiles.count[0] * tiles.count[1];
  const images = all % block === 0 ? 1 : n; // that one table is for
  const channels = tilesOf(tiles, images);
  const order = new Int32Array(images * all * reach[0] * reach[1] * planes);
  const stretch = (reach[1] * planes) / parts; // of a tile, that lies together before tiles and pixels change places
  let i = 0;
  for (let first = 0; first < channels.length; first += block)
    for (let y = 0; y < reach[0]; y++)
      for (let part = 0; part < parts; part++)
        for (let channel = first; channel < first + block; channel++) {
          const tile = channels[channel]!;
          const row = strides[0]! * tile.down * tiles.size[0] + y - before[0]!;
          for (let x = 0; x < reach[1]; x++) {
            const column = strides[1]! * tile.beside * tiles.size[1] + x - before[1]!;
            const inside = row >= 0 && row < height && column >= 0 && column < width;
            for (let plane = (part * planes) / parts; plane < ((part + 1) * planes) / parts; plane++)
              order[i++] = inside ? ((tile.image * planes + plane) * height + row) * width + column : -1;
          }
        }
  const memory = [n / images, images * planes * height * width, unit] as const;
  const name = inBlocks ? pen.blocked(image).name : pen.name(image);
  const dealt = gathered(pen, pen.view(name, image.shape, memory), memory, order);
  const arrays = [((n / images) * order.length) / (block * stretch), block, 1, stretch * unit] as const; // tiles × pixels
  const turned = pen.nchwc("ReorderInput", [pen.view(dealt, [n / images, order.length, unit], arrays)]);
  return pen.view(turned, arrays, [(n * all) / block, reach[0] * reach[1] * c, block]);
}

/** Rows of every array in another order; −1 stands for a row of zeros. */
function gathered(
  pen: BlockedPen,
  name: string,
  [arrays, length, unit]: readonly [number, number, number],
  order: Int32Array,
): string {
  const row = () => pen.table(new Float32Array(arrays * unit), [arrays, 1, unit]);
  const zeros = order.includes(-1) ? pen.node("Concat", [name, row()], { axis: 1 }) : name; // `Pad` uses one thread only
  const table = order.map((place) => (place < 0 ? length : place));
  return pen.node("Gather", [zeros, pen.table(table, [table.length])], { axis: 1 });
}
