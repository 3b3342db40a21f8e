/**
 * Bicubic resizing as Pillow does it, which clean-fid takes for its reference: antialiased when shrinking, because the kernel then widens
 * with the factor. Interpolation without that (OpenCV, TensorFlow 1, PyTorch without `antialias`) aliases, and moves FID by several points.
 */

import type { Plane } from "../core/plane.ts";

/** Steepness of Keys' kernel; Pillow's and the choice that is exact for parabolas. */
const A = -0.5;
/** How far the kernel reaches, in pixels of the coarser grid. */
const SUPPORT = 2;

/** Keys' cubic kernel, IEEE Trans. Acoust. Speech Signal Process. 29, 1153 (1981), eq. 4. */
function keys(distance: number): number {
  const x = Math.abs(distance);
  if (x < 1) return ((A + 2) * x - (A + 3)) * x * x + 1;
  return x < 2 ? (((x - 5) * x + 8) * x - 4) * A : 0;
}

interface Taps {
  readonly start: number;
  readonly weights: Float64Array;
}

/** Old pixels that make each new one; beyond the border there are none, and the rest counts for more. */
function tapsOf(from: number, to: number): Taps[] {
  const step = from / to;
  const stretch = Math.max(1, step);
  return Array.from({ length: to }, (_, i) => {
    const centre = (i + 0.5) * step;
    const start = Math.max(0, Math.trunc(centre - SUPPORT * stretch + 0.5));
    const end = Math.min(from, Math.trunc(centre + SUPPORT * stretch + 0.5));
    const raw = Float64Array.from({ length: end - start }, (_, k) => keys((start + k - centre + 0.5) / stretch));
    const total = raw.reduce((sum, weight) => sum + weight, 0);
    return { start, weights: raw.map((weight) => weight / total) };
  });
}

/**
 * Plane on another grid, as `Image.fromarray(plane, mode="F").resize((width, height), Image.BICUBIC)` of Pillow. The kernel overshoots: results can
 * lie a little outside the range of the plane.
 *
 * @returns `[height, width]`
 * @see Parmar, Zhang & Zhu, "On aliased resizing and surprising subtleties in GAN evaluation", CVPR 2022
 */
export function pillowBicubic(plane: Plane, height: number, width: number): Plane {
  const across = width === plane.width ? plane.data : new Float32Array(plane.height * width); // [H, width]
  if (width !== plane.width)
    tapsOf(plane.width, width).forEach(({ start, weights }, x) => {
      for (let y = 0; y < plane.height; y++) {
        let sum = 0;
        for (let k = 0; k < weights.length; k++) sum += weights[k]! * plane.data[y * plane.width + start + k]!;
        across[y * width + x] = sum;
      }
    });
  if (height === plane.height) return { data: across.slice(), height, width };
  const data = new Float32Array(height * width);
  const sums = new Float64Array(width);
  tapsOf(plane.height, height).forEach(({ start, weights }, y) => {
    sums.fill(0);
    for (let k = 0; k < weights.length; k++) {
      const row = (start + k) * width;
      for (let x = 0; x < width; x++) sums[x]! += weights[k]! * across[row + x]!;
    }
    data.set(sums, y * width);
  });
  return { data, height, width };
}
