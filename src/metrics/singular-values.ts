import type { Matrix } from "./row-products.ts";
import { tridiagonalEigenvalues } from "./tridiagonal-eigenvalues.ts";

/**
 * Singular values of a matrix `[m, n]`, ascending, min(m, n) of them.
 *
 * Householder reflections from both sides leave a matrix with two diagonals, d and e. Its singular values are the non-negative
 * eigenvalues of the tridiagonal matrix with zeros on the diagonal and d₀, e₀, d₁, e₁ … beside it (Golub & Kahan). The matrix is never
 * multiplied with its transpose, which would leave only half of the digits to small values.
 *
 * @see Golub & Kahan, SIAM J. Numer. Anal. B 2, 205–224 (1965); Golub & Van Loan, "Matrix computations", sections 5.4.8 and 8.6
 */
export function singularValues(matrix: Matrix): Float64Array {
  const tall = matrix.rows >= matrix.columns ? { ...matrix, data: matrix.data.slice() } : transposed(matrix);
  const n = tall.columns;
  const beside = bidiagonalised(tall);
  return tridiagonalEigenvalues(new Float64Array(2 * n), beside).subarray(n);
}

/** Row-major copy with rows and columns exchanged. */
export function transposed({ data, rows, columns }: Matrix): Matrix {
  const turned = new Float64Array(data.length);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) turned[j * rows + i] = data[i * columns + j]!;
  return { data: turned, rows: columns, columns: rows };
}

/**
 * Both diagonals interleaved, d₀ e₀ d₁ e₁ … d₍n−1₎; the matrix (m ≥ n) is used up.
 *
 * Each step reflects column k to one element, then row k behind it. A row is read and written once per step: while it is at hand, both
 * reflections are applied and its share of the next step's products, Σ over rows of a_i,k+1 a_ij, is added up. Memory traffic is what
 * large matrices wait for.
 */
function bidiagonalised({ data: a, rows: m, columns: n }: Matrix): Float64Array {
  const beside = new Float64Array(Math.max(0, 2 * n - 1));
  const u = new Float64Array(n); // reflects rows
  const w = new Float64Array(n); // of the column reflection v: w = 2 vᵀA / vᵀv
  const sums = new Float64Array(n); // Σ_i a_ik a_ij for the present k
  for (let i = 0; i < m; i++) addProducts(a, i * n, 0, n, sums);

  for (let k = 0; k < n; k++) {
    const top = k * n;
    const norm = Math.sqrt(sums[k]!);
    const pivot = a[top + k]!;
    const alpha = pivot > 0 ? -norm : norm;
    beside[2 * k] = alpha;
    // v = column k without alpha in its first element, vᵀv = 2 (norm² − alpha · pivot), vᵀA = sums − alpha · row k.
    const vv = 2 * (sums[k]! - alpha * pivot);
    const scale = vv > 0 ? 2 / vv : 0;
    for (let j = k + 1; j < n; j++) w[j] = scale * (sums[j]! - alpha * a[top + j]!);
    sums.fill(0, k + 1);
    if (k + 1 === n) break;

    for (let j = k + 1; j < n; j++) a[top + j]! -= (pivot - alpha) * w[j]!;
    let rowNorm = 0;
    for (let j = k + 1; j < n; j++) rowNorm += a[top + j]! ** 2;
    rowNorm = Math.sqrt(rowNorm);
    const first = a[top + k + 1]!;
    const beta = first > 0 ? -rowNorm : rowNorm;
    beside[2 * k + 1] = beta;
    for (let j = k + 1; j < n; j++) u[j] = a[top + j]!;
    u[k + 1] = first - beta;
    const uu = 2 * (rowNorm * rowNorm - beta * first);
    const rowScale = uu > 0 ? 2 / uu : 0;

    for (let i = k + 1; i < m; i++) {
      const row = i * n;
      const v = a[row + k]!;
      let along = 0;
      for (let j = k + 1; j < n; j++) {
        const value = a[row + j]! - v * w[j]!;
        a[row + j] = value;
        along += value * u[j]!;
      }
      along *= rowScale;
      for (let j = k + 1; j < n; j++) a[row + j]! -= along * u[j]!;
      addProducts(a, row, k + 1, n, sums);
    }
  }
  return beside;
}

/** Adds a_ik a_ij of one row, for all j from k on. */
function addProducts(a: Float64Array, row: number, k: number, n: number, sums: Float64Array): void {
  const factor = a[row + k]!;
  for (let j = k; j < n; j++) sums[j]! += factor * a[row + j]!;
}
