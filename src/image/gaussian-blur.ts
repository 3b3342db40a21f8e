import type { Plane } from "../core/plane.ts";

/** How far the kernel reaches, in standard deviations (as in `scipy.ndimage.gaussian_filter`). */
const TRUNCATE = 4;

/** One half of a normalised Gaussian: weight of distance 0, 1, 2, … */
function halfKernel(sigma: number): Float64Array {
  const radius = Math.floor(TRUNCATE * sigma + 0.5);
  const weights = Float64Array.from({ length: radius + 1 }, (_, distance) => Math.exp(-0.5 * (distance / sigma) ** 2));
  const sum = 2 * weights.reduce((total, weight) => total + weight, 0) - 1;
  return weights.map((weight) => weight / sum);
}

/** Index inside `[0, length)` after reflection about the outer edges of the first and last pixel: `b a | a b c | c b`. */
function reflected(index: number, length: number): number {
  const period = 2 * length;
  const folded = ((index % period) + period) % period;
  return folded < length ? folded : period - 1 - folded;
}

function blurRows(source: Float32Array, target: Float32Array, height: number, width: number, weights: Float64Array) {
  const radius = weights.length - 1;
  // Reflecting once per row leaves the inner loop free of conditions.
  const padded = new Float64Array(width + 2 * radius);
  const columns = Int32Array.from(padded, (_, i) => reflected(i - radius, width));
  for (let y = 0; y < height; y++) {
    const row = y * width;
    for (let i = 0; i < padded.length; i++) padded[i] = source[row + columns[i]!]!;
    for (let x = 0; x < width; x++) {
      const centre = x + radius;
      let sum = weights[0]! * padded[centre]!;
      for (let d = 1; d <= radius; d++) sum += weights[d]! * (padded[centre - d]! + padded[centre + d]!);
      target[row + x] = sum;
    }
  }
}

function blurColumns(source: Float32Array, target: Float32Array, height: number, width: number, weights: Float64Array) {
  const radius = weights.length - 1;
  // Whole rows are added up, so memory is read in the order in which it lies.
  const sums = new Float64Array(width);
  for (let y = 0; y < height; y++) {
    const row = y * width;
    const centreWeight = weights[0]!;
    for (let x = 0; x < width; x++) sums[x] = centreWeight * source[row + x]!;
    for (let d = 1; d <= radius; d++) {
      const weight = weights[d]!;
      const above = reflected(y - d, height) * width;
      const below = reflected(y + d, height) * width;
      for (let x = 0; x < width; x++) sums[x] = sums[x]! + weight * (source[above + x]! + source[below + x]!);
    }
    target.set(sums, row);
  }
}

/**
 * Plane blurred by a Gaussian of this standard deviation.
 *
 * Separable, cut off at four standard deviations, edges continued by reflection (`b a | a b c | c b`), so a constant stays
 * what it is and the mean is kept. The same as `scipy.ndimage.gaussian_filter(plane, sigma)`.
 *
 * @param sigma standard deviation in pixels; 0 gives a copy
 */
export function gaussianBlur(plane: Plane, sigma: number): Plane {
  const { height, width } = plane;
  if (sigma <= 0) return { data: plane.data.slice(), height, width };
  const weights = halfKernel(sigma);
  const across = new Float32Array(height * width);
  const data = new Float32Array(height * width);
  blurRows(plane.data, across, height, width, weights);
  blurColumns(across, data, height, width, weights);
  return { data, height, width };
}
