import type { FeatureMatrix } from "../core/feature-matrix.ts";
import { type Matrix, rowProducts } from "./row-products.ts";
import { transposed } from "./singular-values.ts";

/** Mean and covariance of a set of features; the covariance S as a factor F with S = Fᵀ F. */
export interface Moments {
  readonly mean: Float64Array;
  /** `[r, d]` with r the smaller of images and dimensions. */
  readonly factor: Matrix;
  /** Sum of all variances. */
  readonly trace: number;
}

/**
 * Moments of features; the covariance is that of a sample, divided by n − 1.
 *
 * Up to d images the centred features themselves are a factor, and no covariance is ever formed. Beyond, the factor comes from
 * Cholesky's decomposition, in which a direction without variance (a dead feature) leaves a row of zeros.
 *
 * @param rows which images; without it all
 */
export function moments({ data, count, dimensions: d }: FeatureMatrix, rows?: Int32Array): Moments {
  const n = rows?.length ?? count;
  const mean = new Float64Array(d);
  const centred = new Float64Array(n * d);
  for (let i = 0; i < n; i++) {
    const from = (rows?.[i] ?? i) * d;
    for (let k = 0; k < d; k++) mean[k]! += data[from + k]! / n;
  }
  const scale = 1 / Math.sqrt(n - 1);
  let trace = 0;
  for (let i = 0; i < n; i++) {
    const from = (rows?.[i] ?? i) * d;
    for (let k = 0; k < d; k++) {
      const value = (data[from + k]! - mean[k]!) * scale;
      centred[i * d + k] = value;
      trace += value * value;
    }
  }
  const images = { data: centred, rows: n, columns: d };
  if (n <= d) return { mean, factor: images, trace };
  const features = transposed(images);
  return { mean, factor: choleskyFactor(rowProducts(features, features)), trace };
}

/** Upper triangular R with S = Rᵀ R, in the place of S; rows whose pivot is rounding alone become zero. */
function choleskyFactor(covariance: Matrix): Matrix {
  const { data: s, rows: d } = covariance;
  let largest = 0;
  for (let i = 0; i < d; i++) largest = Math.max(largest, s[i * d + i]!);
  const negligible = d * Number.EPSILON * largest;
  for (let k = 0; k < d; k++) {
    const row = k * d;
    const pivot = s[row + k]!;
    const root = pivot > negligible ? Math.sqrt(pivot) : 0;
    for (let j = k; j < d; j++) s[row + j] = root > 0 ? s[row + j]! / root : 0;
    for (let i = k + 1; i < d; i++) {
      const factor = s[row + i]!;
      s[i * d + k] = 0;
      if (factor !== 0) for (let j = i; j < d; j++) s[i * d + j]! -= factor * s[row + j]!;
    }
  }
  return covariance;
}
