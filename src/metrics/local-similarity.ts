import { ShapeError } from "../core/errors.ts";
import type { Plane } from "../core/plane.ts";
import { formatShape } from "../core/shape.ts";
import { requireSameSize } from "../image/require-same-size.ts";

/** The window in which two images are compared, the same along either axis, and the constants of the comparison. */
export interface SimilarityWindow {
  /** Weight of each pixel along an axis; an odd number of them, summing to 1. */
  readonly weights: Float64Array;
  /** Variances divided by the pixels of the window less one, instead of by the pixels. */
  readonly sampleCovariance: boolean;
  /** Keeps the comparison of two dark windows from dividing by nothing: (K₁ R)², of the means. */
  readonly c1: number;
  /** (K₂ R)², of the variances. */
  readonly c2: number;
}

/** Means over all windows that lie inside the images. */
export interface LocalSimilarity {
  /** The whole index: luminance · contrast · structure. */
  readonly similarity: number;
  /** Contrast and structure alone: (2σ_xy + C₂) / (σ_x² + σ_y² + C₂). */
  readonly contrastStructure: number;
}

/** Normalised Gaussian weights that reach 3.5 standard deviations to either side, as in scikit-image: 11 of them for σ = 1.5. */
export function gaussianWindow(sigmaPx: number): Float64Array {
  const radius = Math.floor(3.5 * sigmaPx + 0.5);
  const weights = Float64Array.from({ length: 2 * radius + 1 }, (_, i) =>
    Math.exp(-0.5 * ((i - radius) / sigmaPx) ** 2),
  );
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

/**
 * Structural similarity in windows, averaged over the windows that fit inside; `ssim` and `msSsim` are made of it.
 *
 * @throws {@link ShapeError} when the sizes differ, or the window does not fit
 * @see Wang, Bovik, Sheikh & Simoncelli, IEEE Trans. Image Process. 13, 600–612 (2004), equations 9, 10 and 13
 */
export function localSimilarity(
  where: string,
  truth: Plane,
  image: Plane,
  { weights, sampleCovariance, c1, c2 }: SimilarityWindow,
): LocalSimilarity {
  requireSameSize(where, truth, image);
  const { height, width } = truth;
  const side = weights.length;
  if (height < side || width < side)
    throw new ShapeError({
      where,
      expected: `an image of at least ${formatShape([side, side])} pixels, the size of the window`,
      received: formatShape([height, width]),
      fix: "Choose a smaller window, or score a larger field.",
    });

  const windowed = (value: (i: number) => number) => windowMeans(value, height, width, weights);
  const x = truth.data;
  const y = image.data;
  const meanX = windowed((i) => x[i]!);
  const meanY = windowed((i) => y[i]!);
  const meanXx = windowed((i) => x[i]! * x[i]!);
  const meanYy = windowed((i) => y[i]! * y[i]!);
  const meanXy = windowed((i) => x[i]! * y[i]!);

  const pixels = side * side;
  const normalisation = sampleCovariance ? pixels / (pixels - 1) : 1;
  let similarity = 0;
  let contrastStructure = 0;
  for (let i = 0; i < meanX.length; i++) {
    const [mx, my] = [meanX[i]!, meanY[i]!];
    const varianceX = normalisation * (meanXx[i]! - mx * mx);
    const varianceY = normalisation * (meanYy[i]! - my * my);
    const covariance = normalisation * (meanXy[i]! - mx * my);
    const cs = (2 * covariance + c2) / (varianceX + varianceY + c2);
    contrastStructure += cs;
    similarity += ((2 * mx * my + c1) / (mx * mx + my * my + c1)) * cs;
  }
  return { similarity: similarity / meanX.length, contrastStructure: contrastStructure / meanX.length };
}

/** Weighted mean of each window that lies inside, `[H − side + 1, W − side + 1]`. */
function windowMeans(value: (i: number) => number, height: number, width: number, weights: Float64Array): Float64Array {
  const side = weights.length;
  const acrossWidth = width - side + 1;
  const across = new Float64Array(height * acrossWidth);
  const row = new Float64Array(width);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) row[x] = value(y * width + x);
    for (let x = 0; x < acrossWidth; x++) {
      let sum = 0;
      for (let k = 0; k < side; k++) sum += weights[k]! * row[x + k]!;
      across[y * acrossWidth + x] = sum;
    }
  }
  const means = new Float64Array((height - side + 1) * acrossWidth);
  for (let y = 0; y + side <= height; y++)
    for (let k = 0; k < side; k++) {
      const weight = weights[k]!;
      const from = (y + k) * acrossWidth;
      const to = y * acrossWidth;
      for (let x = 0; x < acrossWidth; x++) means[to + x]! += weight * across[from + x]!;
    }
  return means;
}
