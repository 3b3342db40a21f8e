import type { Plane } from "../core/plane.ts";

/** A pixel that is the highest around it. */
export interface Peak {
  readonly y: number;
  readonly x: number;
  readonly value: number;
}

/** Largest value within `radius` along each row (`stride` 1) or column (`stride` = width). */
function slidingMaximum(
  source: Float32Array,
  lines: number,
  length: number,
  lineStride: number,
  stride: number,
  radius: number,
) {
  const target = new Float32Array(source.length);
  /** Positions whose values decrease: the first is the maximum of the window, the rest may become it. */
  const candidates = new Int32Array(length);
  for (let line = 0; line < lines; line++) {
    const offset = line * lineStride;
    let head = 0;
    let tail = 0;
    for (let ahead = 0; ahead < length + radius; ahead++) {
      if (ahead < length) {
        const value = source[offset + ahead * stride]!;
        while (tail > head && source[offset + candidates[tail - 1]! * stride]! <= value) tail--;
        candidates[tail++] = ahead;
      }
      const centre = ahead - radius;
      if (centre < 0) continue;
      if (candidates[head]! < centre - radius) head++;
      target[offset + centre * stride] = source[offset + candidates[head]! * stride]!;
    }
  }
  return target;
}

/**
 * Local maxima, highest first, more than `minDistance` apart.
 *
 * A peak is the largest value in the square of ± `minDistance` pixels around it; of equal ones within one square, the first in
 * reading order stays, so a plateau of two pixels is one peak (`skimage.feature.peak_local_max` may keep both; otherwise it finds
 * the same with `exclude_border=False`). Pixels at the border can be peaks. A plane of one value has none.
 *
 * @param options.minDistance in pixels, along the longer of the two axes
 * @param options.threshold peaks must be higher; by default higher than the lowest pixel
 */
export function peakLocalMaxima(
  plane: Plane,
  { minDistance = 1, threshold }: { minDistance?: number; threshold?: number } = {},
): Peak[] {
  const { data, height, width } = plane;
  const radius = Math.max(1, Math.floor(minDistance));
  const rows = slidingMaximum(data, height, width, width, 1, radius);
  const highest = slidingMaximum(rows, width, height, 1, width, radius);
  const lowest = data.reduce((low, value) => Math.min(low, value), Number.POSITIVE_INFINITY);
  const limit = Math.max(threshold ?? lowest, lowest);

  const candidates: number[] = [];
  for (let i = 0; i < data.length; i++) if (data[i]! > limit && data[i] === highest[i]) candidates.push(i);
  candidates.sort((a, b) => data[b]! - data[a]! || a - b);

  // Candidates of one neighbourhood have equal values (a plateau); the first one claims its square.
  const claimed = new Uint8Array(data.length);
  const peaks: Peak[] = [];
  for (const i of candidates) {
    if (claimed[i] === 1) continue;
    const y = Math.floor(i / width);
    const x = i % width;
    for (let row = Math.max(0, y - radius); row <= Math.min(height - 1, y + radius); row++)
      claimed.fill(1, row * width + Math.max(0, x - radius), row * width + Math.min(width, x + radius + 1));
    peaks.push({ y, x, value: data[i]! });
  }
  return peaks;
}
