import type { Plane } from "../core/plane.ts";

/** How new pixels are made from old ones. */
export type ResizeMethod = "bilinear" | "area" | "nearest";

/** Old pixels that make one new pixel along an axis: `weights[i]` belongs to pixel `start + i`. */
interface Taps {
  readonly start: number;
  readonly weights: readonly number[];
}

/** Old pixel under the centre of a new one. */
export function nearestIndex(index: number, from: number, to: number): number {
  return Math.min(Math.floor(((index + 0.5) * from) / to), from - 1);
}

const tapsOf: Record<ResizeMethod, (index: number, from: number, to: number) => Taps> = {
  nearest: (index, from, to) => ({ start: nearestIndex(index, from, to), weights: [1] }),

  bilinear(index, from, to) {
    const position = Math.min(Math.max(((index + 0.5) * from) / to - 0.5, 0), from - 1);
    const start = Math.floor(position);
    const share = position - start;
    return { start, weights: share > 0 ? [1 - share, share] : [1] };
  },

  area(index, from, to) {
    const low = (index * from) / to;
    const high = ((index + 1) * from) / to;
    const start = Math.floor(low + 1e-9);
    const end = Math.max(start + 1, Math.ceil(high - 1e-9));
    const overlap = (pixel: number) => Math.min(pixel + 1, high) - Math.max(pixel, low);
    return { start, weights: Array.from({ length: end - start }, (_, i) => overlap(start + i) / (high - low)) };
  },
};

/**
 * Plane on a grid of another size that covers the same field.
 *
 * Pixel centres map by (i + ½) · from / to − ½, so the field neither grows nor moves; beyond the outermost centres the border
 * pixel continues. `"bilinear"` interpolates and does not smooth: to shrink without aliasing take `"area"`, which averages what
 * each new pixel covers and keeps the mean exactly. `"nearest"` copies.
 *
 * @returns `[height, width]`
 */
export function resizePlane(
  plane: Plane,
  height: number,
  width: number,
  { method = "bilinear" }: { method?: ResizeMethod } = {},
): Plane {
  const taps = tapsOf[method];
  const across = new Float32Array(plane.height * width); // [H, width]
  for (let x = 0; x < width; x++) {
    const { start, weights } = taps(x, plane.width, width);
    for (let y = 0; y < plane.height; y++) {
      let sum = 0;
      for (let i = 0; i < weights.length; i++) sum += weights[i]! * plane.data[y * plane.width + start + i]!;
      across[y * width + x] = sum;
    }
  }
  const data = new Float32Array(height * width);
  const sums = new Float64Array(width);
  for (let y = 0; y < height; y++) {
    const { start, weights } = taps(y, plane.height, height);
    sums.fill(0);
    for (let i = 0; i < weights.length; i++) {
      const row = (start + i) * width;
      for (let x = 0; x < width; x++) sums[x] = sums[x]! + weights[i]! * across[row + x]!;
    }
    data.set(sums, y * width);
  }
  return { data, height, width };
}
