import { DataError } from "../core/errors.ts";
import type { Plane } from "../core/plane.ts";
import { type DataRange, requireDataRange } from "./data-range.ts";
import { gaussianWindow, localSimilarity } from "./local-similarity.ts";

export interface SsimOptions extends DataRange {
  /** `"gaussian"` as in the paper; `"uniform"` is what scikit-image does when told nothing. */
  readonly window?: "gaussian" | "uniform";
  /** Standard deviation of the Gaussian window; it reaches 3.5 of them. */
  readonly sigmaPx?: number;
  /** Side of the uniform window, odd. */
  readonly sidePx?: number;
  readonly k1?: number;
  readonly k2?: number;
  /**
   * Variances of a sample (divided by pixels − 1). Without it each window follows its own custom: no for the Gaussian one (Wang
   * 2004), yes for the uniform one (scikit-image).
   */
  readonly sampleCovariance?: boolean;
}

/**
 * Structural similarity index, averaged over all windows that lie inside the image.
 *
 * With the defaults, `skimage.metrics.structural_similarity(truth, image, data_range=R, gaussian_weights=True, sigma=1.5,
 * use_sample_covariance=False)`; with `window: "uniform"`, the same function without these options.
 *
 * @returns at most 1, which equal planes reach; negative where structure is inverted
 * @throws {@link ShapeError} when the sizes differ, or the window does not fit
 * @throws {@link DataError} when the data range is not positive, or the side of the window is even
 * @see Wang, Bovik, Sheikh & Simoncelli, IEEE Trans. Image Process. 13, 600–612 (2004)
 */
export function ssim(truth: Plane, image: Plane, options: SsimOptions): number {
  const { dataRange, window = "gaussian", sigmaPx = 1.5, sidePx = 7, k1 = 0.01, k2 = 0.03 } = options;
  requireDataRange("ssim", options);
  if (window === "uniform" && sidePx % 2 !== 1)
    throw new DataError({ where: "ssim.sidePx", expected: "an odd number of pixels", received: `${sidePx}` });
  const { similarity } = localSimilarity("ssim", truth, image, {
    weights: window === "gaussian" ? gaussianWindow(sigmaPx) : new Float64Array(sidePx).fill(1 / sidePx),
    sampleCovariance: options.sampleCovariance ?? window === "uniform",
    c1: (k1 * dataRange) ** 2,
    c2: (k2 * dataRange) ** 2,
  });
  return similarity;
}
