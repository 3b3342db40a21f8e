import type { FeatureMatrix } from "../../src/core/feature-matrix.ts";
import type { Tensor } from "../../src/core/tensor.ts";

/** Share of the mean variance that is added to every direction, so that directions in which nothing varies are not blown up. */
const RIDGE = 0.01;

/** What makes directions of features comparable: `z = (f − mean) · matrix`, in row vectors. */
export interface Whitening {
  /** `[D]` */
  readonly mean: Tensor;
  /** `[D, D]` */
  readonly matrix: Tensor;
}

/**
 * Whitening by what varies within slides: two places of one slide, imaged alike, differ as much in every direction, and what tells slides and
 * exposures apart stands out from that. All together is scaled so that the mean variance over all images is 1.
 *
 * With the pooled covariance within slides Σ and Σ + ρI = L Lᵀ (Cholesky) the matrix is L⁻ᵀ, times a number. Any other whitening differs by a
 * rotation, of which distances know nothing. As the first step of linear discriminant analysis.
 *
 * @param features of several places of each slide, one slide after the other
 * @param places of each slide
 */
export function whitening({ data, count, dimensions: d }: FeatureMatrix, places: number): Whitening {
  const mean = rowMean(data, 0, count, d);
  const slides = count / places;
  const within = new Float64Array(d * d);
  for (let slide = 0; slide < slides; slide++)
    addProducts(within, data, slide * places, places, rowMean(data, slide * places, places, d));
  for (let k = 0; k < within.length; k++) within[k]! /= slides * (places - 1);
  const ridge = (RIDGE * trace(within, d)) / d;
  for (let i = 0; i < d; i++) within[i * d + i]! += ridge;
  const inverse = invertedLower(cholesky(within, d), d);

  const all = new Float64Array(d * d);
  addProducts(all, data, 0, count, mean);
  let variance = 0; // trace of L⁻¹ Σ_all L⁻ᵀ, over D
  for (let i = 0; i < d; i++)
    for (let j = 0; j <= i; j++)
      for (let k = 0; k <= i; k++)
        variance += (inverse[i * d + j]! * inverse[i * d + k]! * all[j * d + k]!) / ((count - 1) * d);
  const scale = 1 / Math.sqrt(variance);
  const matrix = Float32Array.from({ length: d * d }, (_, k) => scale * inverse[(k % d) * d + Math.floor(k / d)]!); // L⁻ᵀ
  return { mean: { data: Float32Array.from(mean), shape: [d] }, matrix: { data: matrix, shape: [d, d] } };
}

function rowMean(data: Float32Array, first: number, count: number, d: number): Float64Array {
  const mean = new Float64Array(d);
  for (let n = first; n < first + count; n++) for (let i = 0; i < d; i++) mean[i]! += data[n * d + i]! / count;
  return mean;
}

/** Adds (f − mean)ᵀ (f − mean) of some rows. */
function addProducts(sum: Float64Array, data: Float32Array, first: number, count: number, mean: Float64Array): void {
  const d = mean.length;
  for (let n = first; n < first + count; n++)
    for (let i = 0; i < d; i++)
      for (let j = 0; j < d; j++) sum[i * d + j]! += (data[n * d + i]! - mean[i]!) * (data[n * d + j]! - mean[j]!);
}

function trace(matrix: Float64Array, d: number): number {
  let sum = 0;
  for (let i = 0; i < d; i++) sum += matrix[i * d + i]!;
  return sum;
}

/** Lower triangle L with L Lᵀ equal to a symmetric positive definite matrix `[d, d]`. */
function cholesky(symmetric: Float64Array, d: number): Float64Array {
  const lower = new Float64Array(d * d);
  for (let i = 0; i < d; i++)
    for (let j = 0; j <= i; j++) {
      let rest = symmetric[i * d + j]!;
      for (let k = 0; k < j; k++) rest -= lower[i * d + k]! * lower[j * d + k]!;
      lower[i * d + j] = i === j ? Math.sqrt(rest) : rest / lower[j * d + j]!;
    }
  return lower;
}

function invertedLower(lower: Float64Array, d: number): Float64Array {
  const inverse = new Float64Array(d * d);
  for (let column = 0; column < d; column++)
    for (let i = column; i < d; i++) {
      let rest = i === column ? 1 : 0;
      for (let k = column; k < i; k++) rest -= lower[i * d + k]! * inverse[k * d + column]!;
      inverse[i * d + column] = rest / lower[i * d + i]!;
    }
  return inverse;
}
