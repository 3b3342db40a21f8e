import { DataError } from "../core/errors.ts";
import type { FeatureMatrix } from "../core/feature-matrix.ts";
import type { Random } from "../core/random.ts";
import type { FeatureMeasure, Rows } from "./feature-measure.ts";
import { requireFeatures } from "./require-features.ts";
import { type Matrix, rowProducts } from "./row-products.ts";

/**
 * Kernel distance, known as KID on Inception features: the squared maximum mean discrepancy under k(x, y) = (x · y / d + 1)³.
 *
 * Its estimate is unbiased for any number of images, so sets of different size compare, which Fréchet distances do not.
 *
 * @see Bińkowski, Sutherland, Arbel & Gretton, "Demystifying MMD GANs", ICLR 2018, equation 4 and section 4
 */

/** Images of one side that are held against all others at a time; bounds the memory. */
const BLOCK = 256;

/**
 * Unbiased kernel distance between two sets of features, from all pairs of images.
 *
 * @returns about zero, of either sign, when both sets come from one distribution
 * @throws {@link ShapeError} when the widths differ
 * @throws {@link DataError} when a set has fewer than two images
 */
export function kernelDistance(real: FeatureMatrix, generated: FeatureMatrix): number {
  requireFeatures("kernelDistance", [real, generated]);
  const [x, y] = [asMatrix(real), asMatrix(generated)];
  const [n, m] = [x.rows, y.rows];
  return (
    (kernelSum(x, x) - diagonalSum(x)) / (n * (n - 1)) +
    (kernelSum(y, y) - diagonalSum(y)) / (m * (m - 1)) -
    (2 * kernelSum(x, y)) / (n * m)
  );
}

/** Mean and spread of the kernel distance over random subsets, the way in which KID is commonly published. */
export interface SubsetKernelDistance {
  readonly mean: number;
  /**
   * Standard deviation between subsets. It is no standard error of the mean: subsets overlap, and it does not shrink with their number.
   */
  readonly standardDeviation: number;
  readonly subsets: number;
  readonly subsetSize: number;
}

/**
 * Kernel distance over random subsets of both sets, as torch-fidelity and others report it.
 *
 * @param options.subsets how many
 * @param options.subsetSize images of either set in each, drawn without replacement
 * @throws {@link DataError} when a set is smaller than a subset
 */
export function subsetKernelDistance(
  real: FeatureMatrix,
  generated: FeatureMatrix,
  random: Random,
  { subsets = 100, subsetSize = 1000 }: { subsets?: number; subsetSize?: number } = {},
): SubsetKernelDistance {
  requireFeatures("subsetKernelDistance", [real, generated]);
  if (subsetSize < 2 || subsetSize > Math.min(real.count, generated.count))
    throw new DataError({
      where: "subsetKernelDistance.subsetSize",
      expected: `2 to ${Math.min(real.count, generated.count)} images, the smaller of the two sets`,
      received: `${subsetSize}`,
      fix: "Use smaller subsets, or kernelDistance, which takes all images at once.",
    });
  const draw = random.fork("kernel distance", "subsets");
  const subset = (features: FeatureMatrix) => {
    const rows = draw.shuffle(Array.from({ length: features.count }, (_, row) => row)).slice(0, subsetSize);
    return rowsOf(features, Int32Array.from(rows));
  };
  const values = Array.from({ length: subsets }, () => kernelDistance(subset(real), subset(generated)));
  const mean = values.reduce((sum, value) => sum + value, 0) / subsets;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / subsets;
  return { mean, standardDeviation: Math.sqrt(variance), subsets, subsetSize };
}

/** The kernel distance for `featureDistance`: the kernel of all pairs is kept, 8 N² bytes for N images in all. */
export const kernelMeasure: FeatureMeasure = {
  title: "kernel distance",
  better: "smaller",
  range: [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
  fewest: () => 10,
  on(pool) {
    const x = asMatrix(pool);
    const { data: kernel, rows: all } = rowProducts(x, x);
    for (let i = 0; i < kernel.length; i++) kernel[i] = cubic(kernel[i]!, x.columns);
    const within = (rows: Rows) => {
      let sum = 0;
      for (let a = 1; a < rows.length; a++) {
        const row = rows[a]! * all;
        for (let b = 0; b < a; b++) sum += kernel[row + rows[b]!]!;
      }
      return (2 * sum) / (rows.length * (rows.length - 1));
    };
    return (real, generated) => {
      let sum = 0;
      for (const r of real) for (const g of generated) sum += kernel[r * all + g]!;
      return within(real) + within(generated) - (2 * sum) / (real.length * generated.length);
    };
  },
};

function cubic(product: number, dimensions: number): number {
  const base = product / dimensions + 1;
  return base * base * base;
}

/** Σ k(x_i, y_j) over all pairs, a block of rows at a time; of a set with itself, every pair is computed once and counted twice. */
function kernelSum(x: Matrix, y: Matrix): number {
  const columns = x.columns;
  let sum = 0;
  for (let from = 0; from < x.rows; from += BLOCK) {
    const rows = Math.min(BLOCK, x.rows - from);
    const block = { data: x.data.subarray(from * columns, (from + rows) * columns), rows, columns };
    if (x !== y) {
      sum += cubicSum(rowProducts(block, y), columns);
      continue;
    }
    const behind = from + rows;
    const rest = { data: x.data.subarray(behind * columns), rows: x.rows - behind, columns };
    sum += cubicSum(rowProducts(block, block), columns) + 2 * cubicSum(rowProducts(block, rest), columns);
  }
  return sum;
}

function cubicSum({ data }: Matrix, dimensions: number): number {
  let sum = 0;
  for (let i = 0; i < data.length; i++) sum += cubic(data[i]!, dimensions);
  return sum;
}

function diagonalSum({ data, rows, columns }: Matrix): number {
  let sum = 0;
  for (let i = 0; i < rows; i++) {
    let square = 0;
    for (let k = i * columns; k < (i + 1) * columns; k++) square += data[k]! * data[k]!;
    sum += cubic(square, columns);
  }
  return sum;
}

function asMatrix({ data, count, dimensions }: FeatureMatrix): Matrix {
  return { data: Float64Array.from(data), rows: count, columns: dimensions };
}

function rowsOf({ data, dimensions }: FeatureMatrix, rows: Rows): FeatureMatrix {
  const chosen = new Float32Array(rows.length * dimensions);
  rows.forEach((row, i) => {
    chosen.set(data.subarray(row * dimensions, (row + 1) * dimensions), i * dimensions);
  });
  return { data: chosen, count: rows.length, dimensions };
}
