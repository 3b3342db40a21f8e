import type { LabelMap, Mask, Plane } from "../core/plane.ts";

/**
 * Squared Euclidean distance of every pixel to the nearest pixel of value 0, exact, `[H, W]`.
 *
 * The first pass measures distances along columns; the second takes, row by row, the lower envelope of the parabolas that stand
 * on them. Where no pixel is 0 at all, everything is Infinity.
 *
 * @see Felzenszwalb & Huttenlocher, Theory Comput. 8, 415 (2012), algorithm 1
 */
export function squaredDistanceTransform(mask: Mask | LabelMap): Float64Array {
  const { data, height, width } = mask;
  const squared = new Float64Array(height * width);
  const far = height + width;

  // Distance to the nearest 0 in the same column: down, then up.
  for (let i = 0; i < squared.length; i++)
    squared[i] = data[i] === 0 ? 0 : i < width ? far : Math.min(far, squared[i - width]! + 1);
  for (let i = squared.length - width - 1; i >= 0; i--) squared[i] = Math.min(squared[i]!, squared[i + width]! + 1);
  for (let i = 0; i < squared.length; i++)
    squared[i] = squared[i]! >= far ? Number.POSITIVE_INFINITY : squared[i]! ** 2;

  const row = new Float64Array(width);
  /** Columns of the parabolas in the envelope, and where each begins to be the lowest. */
  const vertices = new Int32Array(width);
  const starts = new Float64Array(width + 1);
  for (let y = 0; y < height; y++) {
    const offset = y * width;
    let last = -1;
    for (let x = 0; x < width; x++) {
      const value = squared[offset + x]!;
      row[x] = value;
      if (value === Number.POSITIVE_INFINITY) continue;
      let start = Number.NEGATIVE_INFINITY;
      while (last >= 0) {
        const vertex = vertices[last]!;
        start = (value + x * x - row[vertex]! - vertex * vertex) / (2 * (x - vertex));
        if (start > starts[last]!) break;
        last--;
      }
      last++;
      vertices[last] = x;
      starts[last] = start;
    }
    if (last < 0) continue;
    starts[last + 1] = Number.POSITIVE_INFINITY;
    for (let x = 0, k = 0; x < width; x++) {
      while (starts[k + 1]! < x) k++;
      const vertex = vertices[k]!;
      squared[offset + x] = (x - vertex) * (x - vertex) + row[vertex]!;
    }
  }
  return squared;
}

/**
 * Euclidean distance in pixels of every inside pixel to the nearest outside pixel; 0 outside.
 *
 * What lies beyond the image does not count as outside. A mask without any outside pixel gives Infinity everywhere.
 */
export function distanceTransform(mask: Mask | LabelMap): Plane {
  const squared = squaredDistanceTransform(mask);
  const data = new Float32Array(squared.length);
  for (let i = 0; i < data.length; i++) data[i] = Math.sqrt(squared[i]!);
  return { data, height: mask.height, width: mask.width };
}
