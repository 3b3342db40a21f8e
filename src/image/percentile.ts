import type { Plane } from "../core/plane.ts";

/** Values in any order: a plane, a typed array or a list of numbers. */
export type Values = Plane | ArrayLike<number>;

/** The numbers themselves, of a plane or of a list. */
export function valuesOf(values: Values): ArrayLike<number> {
  return "data" in values ? values.data : values;
}

/**
 * Moves the `rank`-th smallest value to position `rank`, smaller ones before it, larger ones after it (in place).
 *
 * @see Hoare, "Algorithm 65: find", Commun. ACM 4 (1961); middle element as pivot
 */
function select(values: Float64Array, rank: number): number {
  let low = 0;
  let high = values.length - 1;
  while (low < high) {
    const pivot = values[(low + high) >>> 1]!;
    let i = low;
    let j = high;
    while (i <= j) {
      while (values[i]! < pivot) i++;
      while (values[j]! > pivot) j--;
      if (i > j) break;
      const swapped = values[i]!;
      values[i++] = values[j]!;
      values[j--] = swapped;
    }
    if (rank <= j) high = j;
    else if (rank >= i) low = i;
    else break;
  }
  return values[rank]!;
}

/**
 * Value below which this percentage of all values lies, with linear interpolation between neighbours (NumPy's default).
 *
 * @param p percentage, 0 … 100
 * @returns `NaN` when there are no values
 */
export function percentile(values: Values, p: number): number {
  const copy = Float64Array.from(valuesOf(values));
  if (copy.length === 0) return Number.NaN;
  const position = (Math.min(Math.max(p, 0), 100) / 100) * (copy.length - 1);
  const rank = Math.floor(position);
  const lower = select(copy, rank);
  if (position === rank) return lower;
  // After the selection everything behind `rank` is at least as large; the next value is the smallest of them.
  let upper = Number.POSITIVE_INFINITY;
  for (let i = rank + 1; i < copy.length; i++) upper = Math.min(upper, copy[i]!);
  return lower + (position - rank) * (upper - lower);
}
