import type { FeatureMatrix } from "../core/feature-matrix.ts";
import { type Moments, moments } from "./covariance-factor.ts";
import type { FeatureMeasure } from "./feature-measure.ts";
import { requireFeatures } from "./require-features.ts";
import { rowProducts } from "./row-products.ts";
import { singularValues } from "./singular-values.ts";

/**
 * Fréchet distance between the normal distributions of mean and covariance of two feature sets; on Inception features this is FID.
 *
 * ‖μ₁ − μ₂‖² + Tr S₁ + Tr S₂ − 2 Tr (S₁ S₂)^½. With S = FᵀF, the last trace is the sum of the singular values of F₁ F₂ᵀ: the
 * same number as through a matrix square root, without taking the root of rounding errors where a covariance is singular.
 *
 * Biased: with n images it is too large by an amount that falls with 1/n and differs from set to set. Only values at equal n compare,
 * and with no more images than dimensions it hardly means anything; {@link kernelDistance} has neither fault.
 *
 * @returns squared units of the features
 * @throws {@link ShapeError} when the widths differ
 * @throws {@link DataError} when a set has fewer than two images
 * @see Dowson & Landau, J. Multivar. Anal. 12, 450 (1982); Heusel et al., NeurIPS 2017
 */
export function frechetDistance(real: FeatureMatrix, generated: FeatureMatrix): number {
  requireFeatures("frechetDistance", [real, generated]);
  return between(moments(real), moments(generated));
}

/** The Fréchet distance for `featureDistance`. */
export const frechetMeasure: FeatureMeasure = {
  title: "Fréchet distance",
  better: "smaller",
  range: [0, Number.POSITIVE_INFINITY],
  fewest: (dimensions) => dimensions + 1,
  on: (pool) => (real, generated) => between(moments(pool, real), moments(pool, generated)),
};

function between(a: Moments, b: Moments): number {
  const means = a.mean.reduce((sum, mean, k) => sum + (mean - b.mean[k]!) ** 2, 0);
  const common = singularValues(rowProducts(a.factor, b.factor)).reduce((sum, value) => sum + value, 0);
  return Math.max(0, means + a.trace + b.trace - 2 * common);
}
