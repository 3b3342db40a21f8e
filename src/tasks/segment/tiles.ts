import { mirrored } from "../../core/mirrored.ts";
import type { Plane } from "../../core/plane.ts";

/** Top left corner of a tile in the image; it may lie outside when the image is smaller than a tile. */
export interface Tile {
  readonly y: number;
  readonly x: number;
}

/** Tiles that cover an image, and the blend that puts their predictions together. */
export interface TileGrid {
  readonly tiles: readonly Tile[];
  /** Adds a tile's values to a picture with weights that sum to 1 over all tiles at every pixel. */
  blend(target: Plane, tile: Tile, values: Float32Array, share: number): void;
}

/** Grid of square tiles over an image `[H, W]`; weights fall linearly across the overlap. */
export function placeTiles(
  height: number,
  width: number,
  { tilePx, overlapPx }: { tilePx: number; overlapPx: number },
): TileGrid {
  const ys = starts(height, tilePx, overlapPx);
  const xs = starts(width, tilePx, overlapPx);
  const rowWeights = axisWeights(height, ys, tilePx, overlapPx);
  const columnWeights = axisWeights(width, xs, tilePx, overlapPx);
  return {
    tiles: ys.flatMap((y) => xs.map((x) => ({ y, x }))),
    blend(target, { y, x }, values, share) {
      const rows = rowWeights.get(y)!;
      const columns = columnWeights.get(x)!;
      for (let i = 0; i < tilePx; i++) {
        const py = y + i;
        if (py < 0 || py >= target.height) continue;
        for (let j = 0; j < tilePx; j++) {
          const px = x + j;
          if (px < 0 || px >= target.width) continue;
          target.data[py * target.width + px]! += values[i * tilePx + j]! * rows[i]! * columns[j]! * share;
        }
      }
    },
  };
}

/** First pixels of the tiles along one axis; a short axis gets one centred tile. */
function starts(extent: number, tilePx: number, overlapPx: number): number[] {
  if (extent <= tilePx) return [-Math.floor((tilePx - extent) / 2)];
  const count = Math.ceil((extent - overlapPx) / (tilePx - overlapPx));
  return Array.from({ length: count }, (_, i) => Math.round((i * (extent - tilePx)) / (count - 1)));
}

/** Weights of every tile along one axis, normalised so that they sum to 1 at every pixel of the image. */
function axisWeights(
  extent: number,
  tileStarts: number[],
  tilePx: number,
  overlapPx: number,
): Map<number, Float32Array> {
  const total = new Float32Array(extent);
  const raw = tileStarts.map((start) =>
    Float32Array.from({ length: tilePx }, (_, i) => {
      const weight = Math.min(1, (Math.min(i, tilePx - 1 - i) + 1) / overlapPx);
      const pixel = start + i;
      if (pixel >= 0 && pixel < extent) total[pixel]! += weight;
      return weight;
    }),
  );
  return new Map(
    tileStarts.map((start, t) => [start, raw[t]!.map((weight, i) => weight / (total[start + i] || 1))] as const),
  );
}

/** Pixels of a tile; outside the image the nearest pixels are mirrored, without repeating the edge. */
export function readTile(source: Plane, { y, x }: Tile, tilePx: number): Float32Array {
  const tile = new Float32Array(tilePx * tilePx);
  for (let i = 0; i < tilePx; i++) {
    const row = mirrored(y + i, source.height) * source.width;
    for (let j = 0; j < tilePx; j++) tile[i * tilePx + j] = source.data[row + mirrored(x + j, source.width)]!;
  }
  return tile;
}
