import type { Plane } from "../../core/plane.ts";

/** Which patches are good for a training pair. */
export interface UsablePatchOptions {
  /** Pixels above this are bright, on the unit scale; default 0.6. */
  readonly brightAbove?: number;
  /** More bright pixels than this share are too dense; default 0.1. */
  readonly brightShare?: number;
  /** A standard deviation below this is too flat; default 0.1. */
  readonly leastSd?: number;
}

/**
 * Whether a patch is worth degrading: neither too dense (so many bright pixels that lines merge) nor too flat (hardly any contrast).
 *
 * @param patch on the unit scale 0…1, `[H, W]`
 * @see Saguy et al., Small Methods 2024, code: CARE/simulate_LR.py
 */
export function isUsablePatch(
  { data }: Plane,
  { brightAbove = 0.6, brightShare = 0.1, leastSd = 0.1 }: UsablePatchOptions = {},
): boolean {
  let [bright, sum, squares] = [0, 0, 0];
  for (const value of data) {
    if (value > brightAbove) bright++;
    sum += value;
    squares += value * value;
  }
  const mean = sum / data.length;
  return bright / data.length <= brightShare && Math.sqrt(Math.max(0, squares / data.length - mean ** 2)) >= leastSd;
}
