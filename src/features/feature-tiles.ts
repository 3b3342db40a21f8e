import { ShapeError } from "../core/errors.ts";
import type { Plane } from "../core/plane.ts";

/** Smallest image that is mirrored up to a tile. */
export const SMALLEST_SIDE_PX = 32;

/**
 * Square tiles that cover a plane, evenly spread, neighbours sharing at least a quarter of their side, so that what lies on a border between two is
 * seen whole by a third. Pixels are copied, never resized; a side shorter than a tile is continued by reflection (`a b c | c b a`).
 *
 * @returns tiles row-major, each `[tilePx, tilePx]`
 * @throws {@link ShapeError} when a side is shorter than {@link SMALLEST_SIDE_PX}
 */
export function featureTiles(plane: Plane, tilePx: number): Float32Array[] {
  const { data, height, width } = plane;
  if (Math.min(height, width) < SMALLEST_SIDE_PX)
    throw new ShapeError({
      where: "features of an image",
      expected: `sides of at least ${SMALLEST_SIDE_PX} pixels`,
      received: `${height} × ${width}`,
    });
  const rows = starts(height, tilePx);
  const columns = starts(width, tilePx);
  return rows.flatMap((top) =>
    columns.map((left) => {
      const tile = new Float32Array(tilePx * tilePx);
      for (let y = 0; y < tilePx; y++) {
        const row = reflected(top + y, height) * width;
        for (let x = 0; x < tilePx; x++) tile[y * tilePx + x] = data[row + reflected(left + x, width)]!;
      }
      return tile;
    }),
  );
}

function starts(extent: number, tilePx: number): number[] {
  if (extent <= tilePx) return [0];
  const count = Math.ceil((extent - tilePx) / (0.75 * tilePx)) + 1;
  return Array.from({ length: count }, (_, i) => Math.round((i * (extent - tilePx)) / (count - 1)));
}

/** Index of a pixel that stands for one beyond the end; a tile reaches at most twice the extent. */
function reflected(index: number, extent: number): number {
  return index < extent ? index : 2 * extent - 1 - index;
}
