import type { Plane } from "../../core/plane.ts";
import { percentile } from "../../image/percentile.ts";

/** Plane stretched to 0…1 by its smallest and largest value; a constant one becomes 0. */
export function unitRange(plane: Plane): Plane {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of plane.data) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  const scale = high > low ? 1 / (high - low) : 0;
  return { ...plane, data: plane.data.map((value) => (value - low) * scale) };
}

/**
 * Super-resolution picture on the unit scale: values beyond [q₁ − 1.5 IQR, q₃ + 1.5 IQR] are cut to these limits, and what is left
 * is stretched to 0…1.
 *
 * As published the quantiles are 0.01 and 0.99 for whole pictures and 0.25 and 0.75 for patches. Where they coincide (so few
 * localisations that even q₃ is 0), the published rule divides 0 by 0; here nothing is cut then.
 *
 * @param options.quantiles which quantiles take the place of q₁ and q₃; default 0.01 and 0.99
 * @see Saguy et al., Small Methods 2024, doi 10.1002/smtd.202400672, code: from_csv_to_tiff.py, preprocessing.py
 */
export function clipOutliers(
  plane: Plane,
  { quantiles = [0.01, 0.99] }: { readonly quantiles?: readonly [low: number, high: number] } = {},
): Plane {
  const low = percentile(plane, 100 * quantiles[0]);
  const high = percentile(plane, 100 * quantiles[1]);
  const reach = 1.5 * (high - low);
  if (reach <= 0) return unitRange(plane);
  return unitRange({ ...plane, data: plane.data.map((v) => Math.min(high + reach, Math.max(low - reach, v))) });
}
