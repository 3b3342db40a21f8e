import type { Plane } from "../core/plane.ts";

/**
 * Cuts a histogram at a limit and spreads what was cut off evenly over the bins below it, until nothing is left over.
 * Changes `counts`.
 */
function clipHistogram(counts: Float64Array, limit: number): void {
  let excess = 0;
  for (let i = 0; i < counts.length; i++) {
    if (counts[i]! <= limit) continue;
    excess += counts[i]! - limit;
    counts[i] = limit;
  }
  while (excess > 1e-9) {
    const open = counts.reduce((number, count) => number + (count < limit ? 1 : 0), 0);
    if (open === 0) return;
    const share = excess / open;
    for (let i = 0; i < counts.length; i++) {
      if (counts[i]! >= limit) continue;
      const taken = Math.min(share, limit - counts[i]!);
      counts[i] = counts[i]! + taken;
      excess -= taken;
    }
  }
}

/** For each pixel of an axis: the tile centre before it, the one behind it, and how far it is on the way. */
function tileWeights(length: number, tiles: number, tileLength: number) {
  const before = new Int32Array(length);
  const after = new Int32Array(length);
  const weight = new Float64Array(length);
  for (let i = 0; i < length; i++) {
    const position = (i + 0.5) / tileLength - 0.5;
    const tile = Math.floor(position);
    before[i] = Math.min(Math.max(tile, 0), tiles - 1);
    after[i] = Math.min(Math.max(tile + 1, 0), tiles - 1);
    weight[i] = position - tile;
  }
  return { before, after, weight };
}

/**
 * Contrast-limited adaptive histogram equalisation, grey levels 0 … 1.
 *
 * Each tile's grey levels are mapped through its own clipped cumulative histogram; between tile centres the mappings are
 * interpolated. Unlike scikit-image, the tiles share the image evenly and nothing is padded, so tiles at the right and lower
 * edge are as large as the others.
 *
 * @param options.tiles tiles along each axis
 * @param options.clipLimit highest share of a tile's pixels in one bin, 0 … 1; more gives more contrast and more noise
 * @param options.bins grey levels told apart
 * @see Zuiderveld, "Contrast limited adaptive histogram equalization", Graphics Gems IV (1994), 474
 */
export function clahe(
  plane: Plane,
  { tiles = 8, clipLimit = 0.01, bins = 256 }: { tiles?: number; clipLimit?: number; bins?: number } = {},
): Plane {
  const { height, width } = plane;
  const rows = Math.min(tiles, height);
  const columns = Math.min(tiles, width);

  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of plane.data) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  const data = new Float32Array(height * width);
  if (!(high > low)) return { data, height, width };
  const bin = Uint16Array.from(plane.data, (value) => Math.round(((value - low) / (high - low)) * (bins - 1)));

  const mappings = new Float64Array(rows * columns * bins); // [rows, columns, bins]
  for (let row = 0; row < rows; row++) {
    const y0 = Math.round((row * height) / rows);
    const y1 = Math.round(((row + 1) * height) / rows);
    for (let column = 0; column < columns; column++) {
      const x0 = Math.round((column * width) / columns);
      const x1 = Math.round(((column + 1) * width) / columns);
      const counts = mappings.subarray((row * columns + column) * bins, (row * columns + column + 1) * bins);
      for (let y = y0; y < y1; y++)
        for (let x = x0; x < x1; x++) counts[bin[y * width + x]!] = counts[bin[y * width + x]!]! + 1;
      const pixels = (y1 - y0) * (x1 - x0);
      clipHistogram(counts, Math.max(1, clipLimit * pixels));
      let cumulated = 0;
      for (let i = 0; i < bins; i++) {
        cumulated += counts[i]!;
        counts[i] = Math.min(1, cumulated / pixels);
      }
    }
  }

  const vertical = tileWeights(height, rows, height / rows);
  const horizontal = tileWeights(width, columns, width / columns);
  for (let y = 0; y < height; y++) {
    const above = vertical.before[y]! * columns;
    const below = vertical.after[y]! * columns;
    const down = vertical.weight[y]!;
    for (let x = 0; x < width; x++) {
      const level = bin[y * width + x]!;
      const left = horizontal.before[x]!;
      const right = horizontal.after[x]!;
      const across = horizontal.weight[x]!;
      const top =
        mappings[(above + left) * bins + level]! * (1 - across) + mappings[(above + right) * bins + level]! * across;
      const bottom =
        mappings[(below + left) * bins + level]! * (1 - across) + mappings[(below + right) * bins + level]! * across;
      data[y * width + x] = top * (1 - down) + bottom * down;
    }
  }
  return { data, height, width };
}
