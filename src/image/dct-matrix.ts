/**
 * Orthonormal DCT-II as a matrix D, `[n, n]` row-major: row u is the u-th cosine, D Dᵀ = 1.
 *
 * D_ux = c_u cos(π (2x + 1) u / 2n) with c₀ = √(1/n), otherwise √(2/n). Networks use it to filter inside a graph; whole images
 * are faster through `dct2`.
 */
export function dctMatrix(n: number): Float64Array {
  const matrix = new Float64Array(n * n);
  for (let u = 0; u < n; u++) {
    const scale = Math.sqrt((u === 0 ? 1 : 2) / n);
    // The angle is reduced modulo a full turn (4n quarter-steps) as an integer: large angles would cost digits.
    for (let x = 0; x < n; x++)
      matrix[u * n + x] = scale * Math.cos((Math.PI * (((2 * x + 1) * u) % (4 * n))) / (2 * n));
  }
  return matrix;
}
