/** Numbers in double precision, row-major `[rows, columns]`. */
export interface Matrix {
  readonly data: Float64Array;
  readonly rows: number;
  readonly columns: number;
}

/** Rows of the second matrix that are visited together: small enough to stay in the cache while the first passes by. */
const PANEL_BYTES = 256 * 1024;

/**
 * A Bᵀ: the inner product of every row of one matrix with every row of another, `[n, d] × [m, d] → [n, m]`.
 *
 * When both are the same object, only one half is computed. Two rows are taken against four at a time, so that a number that was
 * read is used several times.
 */
export function rowProducts(a: Matrix, b: Matrix): Matrix {
  const { rows: n, columns: d } = a;
  const m = b.rows;
  const same = a === b;
  const out = new Float64Array(n * m);
  const panel = Math.max(4, 4 * Math.floor(PANEL_BYTES / (32 * Math.max(1, d))));
  for (let from = 0; from < m; from += panel) {
    const to = Math.min(m, from + panel);
    const lastRow = same ? to : n; // rows behind the panel come by symmetry
    for (let i = 0; i < lastRow; i += 2) {
      const pair = i + 1 < n;
      for (let j = from; j < to; j += 4) {
        if (same && j + 3 < i) continue;
        if (pair && j + 3 < m) block2x4(a.data, b.data, d, i, j, m, out);
        else
          for (let r = i; r < Math.min(n, i + 2); r++)
            for (let c = j; c < Math.min(m, j + 4); c++) out[r * m + c] = product(a.data, r * d, b.data, c * d, d);
      }
    }
  }
  if (same) for (let i = 1; i < n; i++) for (let j = 0; j < i; j++) out[i * m + j] = out[j * m + i]!;
  return { data: out, rows: n, columns: m };
}

function block2x4(
  a: Float64Array,
  b: Float64Array,
  d: number,
  i: number,
  j: number,
  m: number,
  out: Float64Array,
): void {
  let [s00, s01, s02, s03, s10, s11, s12, s13] = [0, 0, 0, 0, 0, 0, 0, 0];
  const [a0, a1] = [i * d, i * d + d];
  const [b0, b1, b2, b3] = [j * d, j * d + d, j * d + 2 * d, j * d + 3 * d];
  for (let k = 0; k < d; k++) {
    const x0 = a[a0 + k]!;
    const x1 = a[a1 + k]!;
    const y0 = b[b0 + k]!;
    const y1 = b[b1 + k]!;
    const y2 = b[b2 + k]!;
    const y3 = b[b3 + k]!;
    s00 += x0 * y0;
    s01 += x0 * y1;
    s02 += x0 * y2;
    s03 += x0 * y3;
    s10 += x1 * y0;
    s11 += x1 * y1;
    s12 += x1 * y2;
    s13 += x1 * y3;
  }
  const first = i * m + j;
  const second = first + m;
  out[first] = s00;
  out[first + 1] = s01;
  out[first + 2] = s02;
  out[first + 3] = s03;
  out[second] = s10;
  out[second + 1] = s11;
  out[second + 2] = s12;
  out[second + 3] = s13;
}

function product(a: Float64Array, from: number, b: Float64Array, to: number, length: number): number {
  let sum = 0;
  for (let k = 0; k < length; k++) sum += a[from + k]! * b[to + k]!;
  return sum;
}
