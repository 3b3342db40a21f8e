/**
 * Large images in pieces, so that the pieces' edges cannot be seen.
 *
 * Pieces begin at multiples of what the network halves by, so that its grids fall on the same pixels in every piece, and what lies within a
 * quarter of the overlap of an inner edge is thrown away: there the zeros that the network puts around a piece are felt.
 */

import { mirrored } from "../../core/mirrored.ts";
import { emptyPlane, type Plane } from "../../core/plane.ts";

/** Pieces along one axis. */
export interface AxisTiles {
  /** Edge of a piece in pixels of the input, a multiple of `multiple`. */
  readonly length: number;
  /** First pixels, multiples of `multiple`; the last piece may end behind the image. */
  readonly starts: readonly number[];
}

/** How an axis is cut. */
export interface AxisOptions {
  readonly tilePx: number;
  readonly overlapPx: number;
  readonly multiple: number;
}

/** Pieces that cover an axis; one, no longer than it must be, where a piece is long enough. */
export function axisTiles(extent: number, { tilePx, overlapPx, multiple }: AxisOptions): AxisTiles {
  const up = (value: number) => Math.ceil(value / multiple) * multiple;
  const length = Math.min(up(tilePx), up(extent));
  if (length >= extent) return { length, starts: [0] };
  const stride = Math.max(multiple, length - up(overlapPx));
  const last = up(extent - length);
  const count = Math.ceil(last / stride) + 1;
  return { length, starts: Array.from({ length: count }, (_, i) => Math.min(i * stride, last)) };
}

/**
 * Weights of every piece along an axis of the result, `scale` times as fine: 0 near inner edges, then rising linearly to 1; they sum to 1 at
 * every pixel of the image.
 */
export function axisWeights(
  extent: number,
  { length, starts }: AxisTiles,
  { overlapPx, scale }: { overlapPx: number; scale: number },
): Float32Array[] {
  const [size, edge] = [extent * scale, length * scale];
  const margin = Math.floor(overlapPx / 4) * scale;
  const ramp = Math.max(1, overlapPx * scale - 2 * margin);
  const rise = (distance: number) => Math.min(1, Math.max(1e-6, (distance - margin + 0.5) / ramp));
  const total = new Float64Array(size);
  const raw = starts.map((start, t) =>
    Float32Array.from({ length: edge }, (_, i) => {
      const place = start * scale + i;
      if (place >= size) return 0;
      const weight = (t === 0 ? 1 : rise(i)) * (t === starts.length - 1 ? 1 : rise(edge - 1 - i));
      total[place]! += weight;
      return weight;
    }),
  );
  return raw.map((weights, t) => weights.map((weight, i) => weight / (total[starts[t]! * scale + i] ?? 1)));
}

/** Piece of an image `[height, width]`, mirrored beyond the image's edge without repeating it. */
export function readPiece(plane: Plane, y0: number, x0: number, height: number, width: number): Float32Array {
  const piece = new Float32Array(height * width);
  for (let y = 0; y < height; y++) {
    const row = mirrored(y0 + y, plane.height) * plane.width;
    for (let x = 0; x < width; x++) piece[y * width + x] = plane.data[row + mirrored(x0 + x, plane.width)]!;
  }
  return piece;
}

/** What {@link inPieces} needs to know. */
export interface PieceOptions extends AxisOptions {
  readonly scale: number;
}

/**
 * Runs a function on every piece of a plane and blends what comes out.
 *
 * @param run piece `[h, w]` to result `[h·scale, w·scale]`; all pieces of an image have one size
 * @returns `[H·scale, W·scale]`
 */
export async function inPieces(
  plane: Plane,
  options: PieceOptions,
  run: (piece: Float32Array, height: number, width: number) => Promise<Float32Array>,
  onPiece: (done: number, total: number) => void = () => {},
): Promise<Plane> {
  const { scale } = options;
  const rows = axisTiles(plane.height, options);
  const columns = axisTiles(plane.width, options);
  const rowWeights = axisWeights(plane.height, rows, options);
  const columnWeights = axisWeights(plane.width, columns, options);
  const result = emptyPlane(plane.height * scale, plane.width * scale);
  const count = rows.starts.length * columns.starts.length;
  let done = 0;
  for (const [r, y0] of rows.starts.entries())
    for (const [c, x0] of columns.starts.entries()) {
      const values = await run(readPiece(plane, y0, x0, rows.length, columns.length), rows.length, columns.length);
      const [down, across] = [rowWeights[r]!, columnWeights[c]!];
      const height = Math.min(rows.length * scale, result.height - y0 * scale);
      const width = Math.min(columns.length * scale, result.width - x0 * scale);
      for (let y = 0; y < height; y++) {
        const from = y * columns.length * scale;
        const to = (y0 * scale + y) * result.width + x0 * scale;
        const share = down[y]!;
        for (let x = 0; x < width; x++) result.data[to + x]! += share * across[x]! * values[from + x]!;
      }
      onPiece(++done, count);
    }
  return result;
}
