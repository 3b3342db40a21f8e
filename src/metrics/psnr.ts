import type { Plane } from "../core/plane.ts";
import { type DataRange, requireDataRange } from "./data-range.ts";
import { meanSquaredError } from "./mean-squared-error.ts";

/**
 * Peak signal-to-noise ratio, 10 log₁₀(R² / MSE), R the data range. As `skimage.metrics.peak_signal_noise_ratio`.
 *
 * @returns decibels; `Infinity` for equal planes
 * @throws {@link ShapeError} when the sizes differ
 * @throws {@link DataError} when the data range is not positive
 */
export function psnr(truth: Plane, image: Plane, { dataRange }: DataRange): number {
  requireDataRange("psnr", { dataRange });
  return 10 * Math.log10(dataRange ** 2 / meanSquaredError(truth, image));
}
