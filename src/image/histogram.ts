import { type Values, valuesOf } from "./percentile.ts";

/** How many values fall into each of `B` equally wide bins. */
export interface Histogram {
  /** Numbers of values, `[B]`. */
  readonly counts: Float64Array;
  /** Limits of the bins, `[B + 1]`; a bin holds its lower limit, the last one also its upper. */
  readonly edges: Float64Array;
}

/**
 * Histogram with equally wide bins, as `numpy.histogram`.
 *
 * @param options.bins number of bins `B`
 * @param options.range lowest and highest value counted, by default the extremes of the values; others are left out, NaN too
 */
export function histogram(
  values: Values,
  { bins = 256, range }: { bins?: number; range?: readonly [number, number] } = {},
): Histogram {
  const numbers = valuesOf(values);
  let [low, high] = range ?? extremes(numbers);
  // A single value gets a bin of its own in the middle of an interval of length 1 (NumPy's rule).
  if (low === high) [low, high] = [low - 0.5, high + 0.5];
  const counts = new Float64Array(bins);
  const edges = Float64Array.from({ length: bins + 1 }, (_, i) =>
    i === bins ? high : low + (i * (high - low)) / bins,
  );
  const scale = bins / (high - low);
  for (let i = 0; i < numbers.length; i++) {
    const value = numbers[i]!;
    if (!(value >= low && value <= high)) continue;
    let bin = Math.min(Math.floor((value - low) * scale), bins - 1);
    // The product can round across a limit; the limits themselves decide.
    if (value < edges[bin]!) bin--;
    else if (bin < bins - 1 && value >= edges[bin + 1]!) bin++;
    counts[bin] = counts[bin]! + 1;
  }
  return { counts, edges };
}

function extremes(numbers: ArrayLike<number>): [number, number] {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < numbers.length; i++) {
    const value = numbers[i]!;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low <= high ? [low, high] : [0, 1];
}
