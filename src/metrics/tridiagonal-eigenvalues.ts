/** Sweeps after which one eigenvalue is given up; three are usual. */
const MOST_SWEEPS = 60;

/**
 * Eigenvalues of a symmetric tridiagonal matrix, ascending, by QL iteration with implicit shifts.
 *
 * Rotations chase a bulge up the band until an off-diagonal element falls below rounding, relative to the whole matrix: every
 * eigenvalue is right to about 10⁻¹⁵ of the largest.
 *
 * @param diagonal `[n]`
 * @param offDiagonal `[n − 1]`, element i beside rows i and i + 1
 * @returns `[n]`
 * @see Bowdler, Martin, Reinsch & Wilkinson, Numer. Math. 11, 293–306 (1968); Dubrulle (1970) for the implicit form
 */
export function tridiagonalEigenvalues(diagonal: Float64Array, offDiagonal: Float64Array): Float64Array {
  const n = diagonal.length;
  const d = diagonal.slice();
  const e = new Float64Array(n);
  e.set(offDiagonal.subarray(0, Math.max(0, n - 1)));
  let norm = 0;
  for (let i = 0; i < n; i++) norm = Math.max(norm, Math.abs(d[i]!) + Math.abs(e[i]!));
  const negligible = norm * Number.EPSILON;

  for (let low = 0; low < n; low++) {
    for (let sweep = 0; ; sweep++) {
      let high = low;
      while (high < n - 1 && Math.abs(e[high]!) > negligible) high++;
      if (high === low) break;
      if (sweep === MOST_SWEEPS) throw new Error("internal: tridiagonalEigenvalues does not converge");
      qlSweep(d, e, low, high);
    }
  }
  return d.sort();
}

/** One sweep over the unreduced block `low … high`, with Wilkinson's shift. */
function qlSweep(d: Float64Array, e: Float64Array, low: number, high: number): void {
  const half = (d[low + 1]! - d[low]!) / (2 * e[low]!);
  const root = Math.hypot(half, 1);
  let g = d[high]! - d[low]! + e[low]! / (half + (half >= 0 ? root : -root));
  let [sin, cos, carried] = [1, 1, 0];
  for (let i = high - 1; i >= low; i--) {
    const f = sin * e[i]!;
    const b = cos * e[i]!;
    const r = Math.hypot(f, g);
    e[i + 1] = r;
    if (r === 0) {
      // The block falls apart here: finish what was begun and let the next sweep find both parts.
      d[i + 1]! -= carried;
      e[high] = 0;
      return;
    }
    sin = f / r;
    cos = g / r;
    g = d[i + 1]! - carried;
    const turned = (d[i]! - g) * sin + 2 * cos * b;
    carried = sin * turned;
    d[i + 1] = g + carried;
    g = cos * turned - b;
  }
  d[low]! -= carried;
  e[low] = g;
  e[high] = 0;
}
