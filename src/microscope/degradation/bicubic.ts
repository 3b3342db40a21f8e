import type { Plane } from "../../core/plane.ts";

/** Keys' cubic with a = −½. */
function cubic(distance: number): number {
  const x = Math.abs(distance);
  if (x < 1) return (1.5 * x - 2.5) * x * x + 1;
  return x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0;
}

/** Old pixels and weights of every new pixel along an axis; what lies outside is left out and the rest made to sum to 1. */
function taps(from: number, to: number) {
  return Array.from({ length: to }, (_, i) => {
    const centre = ((i + 0.5) * from) / to - 0.5;
    const first = Math.max(0, Math.ceil(centre - 2));
    const last = Math.min(from - 1, Math.floor(centre + 2));
    const weights = Array.from({ length: last - first + 1 }, (_, k) => cubic(centre - first - k));
    const sum = weights.reduce((a, b) => a + b, 0);
    return { first, weights: weights.map((weight) => weight / sum) };
  });
}

/**
 * Plane enlarged by bicubic interpolation; pixel centres map by (i + ½) · from / to − ½, so the field stays where it is.
 *
 * The same as Pillow's `BICUBIC` when enlarging; may overshoot at edges.
 *
 * @returns `[height, width]`
 * @see Keys, IEEE Trans. Acoust. Speech Signal Process. 29, 1153 (1981)
 */
export function bicubic(plane: Plane, height: number, width: number): Plane {
  const across = new Float32Array(plane.height * width);
  taps(plane.width, width).forEach(({ first, weights }, x) => {
    for (let y = 0; y < plane.height; y++)
      across[y * width + x] = weights.reduce((sum, w, k) => sum + w * plane.data[y * plane.width + first + k]!, 0);
  });
  const data = new Float32Array(height * width);
  taps(plane.height, height).forEach(({ first, weights }, y) => {
    for (let x = 0; x < width; x++)
      data[y * width + x] = weights.reduce((sum, w, k) => sum + w * across[(first + k) * width + x]!, 0);
  });
  return { data, height, width };
}
