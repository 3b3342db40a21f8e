import type { Plane } from "../core/plane.ts";
import { percentile } from "../image/percentile.ts";

/** The grey levels that become −1 and +1; saved with a model, so that its output can be turned back. */
export interface Normalization {
  readonly black: number;
  readonly white: number;
}

/**
 * Normalization that spans most grey levels of some planes: from percentile `low` to percentile `high` of all their pixels.
 *
 * Planes of one value get a span of 1, so nothing is divided by zero.
 */
export function normalizationOf(planes: readonly Plane[], { low = 0.1, high = 99.9 } = {}): Normalization {
  const pixels = new Float32Array(planes.reduce((sum, { data }) => sum + data.length, 0));
  let at = 0;
  for (const { data } of planes) {
    pixels.set(data, at);
    at += data.length;
  }
  const black = percentile(pixels, low);
  const white = percentile(pixels, high);
  return { black, white: white > black ? white : black + 1 };
}

/** Grey levels to network values: `2 (v − black) / (white − black) − 1`, not clipped. */
export function normalized({ data, height, width }: Plane, { black, white }: Normalization): Plane {
  const scale = 2 / (white - black);
  return { data: data.map((value) => (value - black) * scale - 1), height, width };
}

/** Network values back to grey levels; the inverse of {@link normalized}. */
export function greyLevels({ data, height, width }: Plane, { black, white }: Normalization): Plane {
  const scale = (white - black) / 2;
  return { data: data.map((value) => (value + 1) * scale + black), height, width };
}
