import { UnitError } from "../core/errors.ts";
import type { Plane } from "../core/plane.ts";
import { type FrcThreshold, frcThresholds } from "./frc-threshold.ts";
import type { ImageWindow } from "./image-window.ts";
import { type RingCorrelation, ringCorrelation } from "./ring-correlation.ts";

/** A crossing this close to zero frequency, in rings, stands on a handful of coefficients and is chance. */
const FEWEST_RINGS = 3;

export interface FrcOptions {
  /** In the specimen plane. */
  readonly pixelSizeUm: number;
  readonly window?: ImageWindow;
  /** Rings in the running mean that is held against the threshold, odd; 1 leaves the curve as it is. */
  readonly smoothingRings?: number;
  readonly threshold?: FrcThreshold;
}

/** The curve of a Fourier ring correlation and the resolution read off it. */
export interface FourierRingCorrelation extends RingCorrelation {
  /** Frequencies in the specimen, `[K]`. */
  readonly frequencyCyclesPerUm: Float64Array;
  /** Running mean of the correlation; shorter at the ends of the curve. */
  readonly smoothed: Float64Array;
  readonly threshold: Float64Array;
  /** One over the frequency of the first crossing; absent where there is none. */
  readonly resolutionUm: number | undefined;
  /** Why there is no resolution. */
  readonly reason: string | undefined;
}

/**
 * Fourier ring correlation of two images of the same structure with independent noise, and the resolution where it falls below the
 * threshold.
 *
 * A reconstruction against its truth may be compared too; then it says up to where the two agree. Registered images are assumed: a
 * shift lowers the curve. Anything common to both that is not specimen (camera pattern, border, the same network's invention) raises it.
 *
 * @throws {@link ShapeError} when the sizes differ
 * @throws {@link UnitError} when the pixel size is not positive
 * @see Saxton & Baumeister, J. Microsc. 127, 127 (1982); Nieuwenhuizen et al., Nat. Methods 10, 557 (2013)
 */
export function fourierRingCorrelation(first: Plane, second: Plane, options: FrcOptions): FourierRingCorrelation {
  const { window = "tukey" } = options;
  const where = "fourierRingCorrelation";
  return resolutionOf(where, ringCorrelation(where, first, second, window), options);
}

/** Reads the resolution off a curve. */
export function resolutionOf(
  where: string,
  curve: RingCorrelation,
  { pixelSizeUm, smoothingRings = 3, threshold: kind = "1/7" }: FrcOptions,
): FourierRingCorrelation {
  if (!(pixelSizeUm > 0))
    throw new UnitError({
      where: `${where}.pixelSizeUm`,
      expected: "a positive length in µm",
      received: `${pixelSizeUm}`,
    });
  const frequencyCyclesPerUm = curve.frequencyCyclesPerPx.map((frequency) => frequency / pixelSizeUm);
  const smoothed = runningMean(curve.correlation, smoothingRings);
  const threshold = curve.samples.map(frcThresholds[kind]);
  const crossing = firstCrossing(smoothed.map((value, k) => value - threshold[k]!));
  const found = typeof crossing === "number";
  return {
    ...curve,
    frequencyCyclesPerUm,
    smoothed,
    threshold,
    resolutionUm: found ? 1 / (frequencyCyclesPerUm[0]! * (crossing + 1)) : undefined, // ring k stands at (k + 1) steps
    reason: found ? undefined : crossing,
  };
}

/** Where a curve first falls through zero, in rings from the first, or why it does not. */
function firstCrossing(height: Float64Array): number | string {
  const start = height.findIndex((value) => value >= 0);
  if (start < 0 || start >= FEWEST_RINGS) return "the images do not correlate even at the lowest frequencies";
  const below = height.findIndex((value, k) => k > start && value < 0);
  if (below < 0)
    return "the images correlate up to the limit of the pixels: resolution is two pixels or better, or they share their noise";
  if (below < FEWEST_RINGS) return `the correlation is lost within the first ${FEWEST_RINGS} rings, where it is chance`;
  const [before, after] = [height[below - 1]!, height[below]!];
  return below - 1 + before / (before - after);
}

/** Mean over a window of rings about each, cut at the ends. */
function runningMean(values: Float64Array, rings: number): Float64Array {
  const reach = Math.floor(rings / 2);
  return values.map((_, k) => {
    const near = values.subarray(Math.max(0, k - reach), k + reach + 1);
    return near.reduce((sum, value) => sum + value, 0) / near.length;
  });
}
