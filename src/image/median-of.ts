import { percentile, type Values } from "./percentile.ts";

/** Median; the mean of the two middle values when their number is even, `NaN` when there are none. */
export function medianOf(values: Values): number {
  return percentile(values, 50);
}
