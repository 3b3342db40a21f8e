import type { Plane } from "../core/plane.ts";
import { type Contrast, display } from "./display.ts";
import type { RgbImage } from "./rgb-image.ts";

/** What a contact sheet is made of: planes, which are stretched for display, or finished colour pictures. */
export type Tile = Plane | RgbImage;

/** Neutral grey, so that the gaps are quiet on light and on dark pages. */
const gapGrey = 128;

function isRgb(tile: Tile): tile is RgbImage {
  return tile.data instanceof Uint8Array;
}

/**
 * Contact sheet: pictures in rows with gaps between them. Smaller pictures stand at the top left of their cell. Titles belong to
 * the page around it, where they can be read, searched and translated.
 *
 * @param options.columns pictures per row; by default the squarest arrangement
 * @param options.gap width of the gaps in pixels
 * @param options.contrast grey values for all planes; by default each plane has its own (percentiles 1 and 99.8)
 */
export function sheet(
  tiles: readonly Tile[],
  {
    columns = Math.ceil(Math.sqrt(tiles.length)),
    gap = 2,
    contrast,
  }: { columns?: number; gap?: number; contrast?: Contrast } = {},
): RgbImage {
  const across = Math.max(1, Math.min(columns, tiles.length));
  const rows = Math.ceil(tiles.length / across);
  const cellHeight = Math.max(1, ...tiles.map((tile) => tile.height));
  const cellWidth = Math.max(1, ...tiles.map((tile) => tile.width));
  const height = Math.max(1, rows * (cellHeight + gap) - gap);
  const width = across * (cellWidth + gap) - gap;
  const data = new Uint8Array(height * width * 3).fill(gapGrey);
  for (const [index, tile] of tiles.entries()) {
    const picture = isRgb(tile) ? tile : display(tile, contrast);
    const top = Math.floor(index / across) * (cellHeight + gap);
    const left = (index % across) * (cellWidth + gap);
    for (let y = 0; y < picture.height; y++) {
      const line = picture.data.subarray(3 * y * picture.width, 3 * (y + 1) * picture.width);
      data.set(line, 3 * ((top + y) * width + left));
    }
  }
  return { data, height, width };
}
