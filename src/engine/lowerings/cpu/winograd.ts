/**
 * Three rows of taps in half of the multiplications: Winograd's minimal filtering F(4, 3), from top to bottom.
 *
 * Four rows of a convolution come from six rows of the image, and multiply 4 · 3 rows with each other. Six sums of the six rows, each multiplied
 * by one sum of the three rows of taps, hold the same four: `y = Aᵀ[(G·w) ⊙ (Bᵀ·x)]`. Which four rows are multiplied by six to give three is the
 * gradient by the taps, from the same three tables: `dw = Gᵀ[(A·dy) ⊙ (Bᵀ·x)]`.
 *
 * A "product" is a blocked convolution over columns and channels. Sums of rows are depthwise convolutions with a few taps, `Aᵀ` and `Gᵀ` a product with a small matrix.
 * From left to right the same could be done once more, for more passes over arrays than it would save here.
 *
 * Winograd, Arithmetic complexity of computations, 1980; Lavin and Gray, Fast algorithms for convolutional neural networks, CVPR 2016,
 * section 4: F(4, 3) with the points 0, ±1, ±2 and infinity.
 */

import { sizeOf } from "../../../core/shape.ts";
import type { Blocked, BlockedPen, ImageShape, Matrix } from "./pen.ts";

/** `Bᵀ`: the sums of six rows of an image. */
const imageSums = [
  [4, 0, -5, 0, 1, 0],
  [0, -4, -4, 1, 1, 0],
  [0, 4, -4, -1, 1, 0],
  [0, -2, -1, 2, 1, 0],
  [0, 2, -1, -2, 1, 0],
  [0, 4, 0, -5, 0, 1],
];

/** `G`: the sums of three rows of taps. */
const tapSums = [
  [1 / 4, 0, 0],
  [-1 / 6, -1 / 6, -1 / 6],
  [-1 / 6, 1 / 6, -1 / 6],
  [1 / 24, 1 / 12, 1 / 6],
  [1 / 24, -1 / 12, 1 / 6],
  [0, 0, 1],
];

/** `A`: what each product gives to four rows of a result. */
const resultSums = [
  [1, 0, 0, 0],
  [1, 1, 1, 1],
  [1, -1, 1, -1],
  [1, 2, 4, 8],
  [1, -2, 4, -8],
  [0, 0, 0, 1],
];

/** Rows of taps that there must be. */
export const TAP_ROWS = 3;

/** Rows of a convolution's result that come about together, so their number must be a multiple of this. */
export const TOGETHER = 4;

/** Products that they are sums of. */
export const PRODUCTS = imageSums.length;

/** The product that each of these rows has in it once: a bias belongs there. */
export const ONCE = 1;

/** Planes in the blocked layout with rows to sum. */
export interface Rows {
  readonly name: string;
  /** Its own shape, and in planes: `[planes, b, rows, columns]`. */
  readonly shape: readonly number[];
  readonly planes: ImageShape;
}

/** Rows in groups, each of which is summed. */
export interface GroupedRows extends Rows {
  readonly groups: number;
  /** Rows of zeros above the first group. */
  readonly before?: number;
  /** Columns of zeros left and right of them, for sums to have as well. */
  readonly beside?: readonly [left: number, right: number];
}

/** What to multiply. */
export interface Factors {
  readonly image: GroupedRows;
  readonly filter: GroupedRows;
  /** Multiplies sums of rows: planes of the image and of the filter with one row for each group. */
  readonly product: (image: Blocked, filter: Blocked, index: number) => Blocked;
  /** Arrays that a product consists of, outermost first; each becomes the rows of a result. */
  readonly arrays: number;
}

/**
 * Whether half of the multiplications of `pixels` results of c by k channels are worth the passes over arrays: these cost as c + k, those as c · k.
 *
 * @param least blocks of channels from which on they are, for equal numbers of channels half of each; measured with blocks of 16
 */
export function pays(block: number, [c, k]: readonly [number, number], pixels: number, least: number): boolean {
  return (c * k) / (c + k) >= least * block && c * k * pixels >= LEAST_WORK;
}

/** Least products of an image's channels, a filter's and pixels, that twenty nodes in the place of one are worth. */
const LEAST_WORK = 2 ** 23;

/** Products whose sums are the rows of a convolution: `[arrays, 6, …]` in memory. */
export function convolutionProducts(pen: BlockedPen, factors: Factors): string {
  return products(pen, factors, tapSums);
}

/** The sums of products that so many rows of a convolution are: in every group the same four of six. */
export function convolutionSums(rows: number): Matrix {
  return Array.from({ length: rows }, (_, row) => {
    const group = Math.floor(row / TOGETHER);
    return Array.from({ length: Math.ceil(rows / TOGETHER) * PRODUCTS }, (_, i) =>
      Math.floor(i / PRODUCTS) === group ? resultSums[i % PRODUCTS]![row % TOGETHER]! : 0,
    );
  });
}

/** Rows of a correlation, the gradient of a convolution by its taps, where dealt rows of dy are the filter: `[arrays, 3, …]` in memory. */
export function correlatedRows(pen: BlockedPen, factors: Factors): string {
  return summedRows(pen, products(pen, factors, resultSums), transposed(tapSums));
}

/** Sums of rows: a matrix times each of `[arrays, rows, …]`. */
export function summedRows(pen: BlockedPen, rows: string, sums: Matrix): string {
  return pen.node("MatMul", [pen.floats(sums.flat(), [sums.length, sums[0]!.length]), rows]);
}

function products(pen: BlockedPen, { image, filter, product, arrays }: Factors, filterSums: Matrix): string {
  const each = imageSums.map((weights, i) => {
    const sums = filterSums[i]!;
    const { name, shape } = product(rowSums(pen, image, weights, TOGETHER), rowSums(pen, filter, sums, sums.length), i);
    return pen.view(name, shape, [arrays, 1, sizeOf(shape) / arrays]);
  });
  return pen.node("Concat", each, { axis: 1 });
}

/** Rows weighted and summed, for each group `stride` rows further down: a depthwise convolution with no more taps than it needs. */
function rowSums(
  pen: BlockedPen,
  { name, shape, planes, before = 0, beside: [left, right] = [0, 0], groups }: GroupedRows,
  weights: readonly number[],
  stride: number,
): Blocked {
  const [count, c, height, columns] = planes;
  const used = weights.flatMap((weight, i) => (weight === 0 ? [] : [i]));
  const first = Math.min(used[0]!, before); // rows that are passed over may not be more than there are zeros
  const least = height + before - first - groups * stride + 1; // with fewer taps there would be further groups
  const taps = weights.slice(first, Math.max(used.at(-1)! + 1, first + least));
  const isSparse = taps.length % 2 === 1 && taps.every((weight, i) => i % 2 === 0 || weight === 0);
  const kernel = isSparse ? taps.filter((_, i) => i % 2 === 0) : taps;
  const below = (groups - 1) * stride + taps.length - (before - first) - height;
  const table = Float32Array.from(kernel.flatMap((weight) => new Array<number>(c).fill(weight)));
  const sums = pen.nchwc("Conv", [pen.view(name, shape, planes), pen.table(table, [c, 1, kernel.length, 1])], {
    kernel_shape: [kernel.length, 1],
    strides: [stride, 1],
    pads: [before - first, left, Math.max(0, below), right],
    dilations: [isSparse ? 2 : 1, 1],
    group: c,
  });
  return { name: sums, shape: [count, c, groups, left + columns + right] };
}

function transposed(matrix: Matrix): Matrix {
  return matrix[0]!.map((_, column) => matrix.map((row) => row[column]!));
}
