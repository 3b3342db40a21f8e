import type { Plane } from "../core/plane.ts";
import { dctMatrix } from "./dct-matrix.ts";
import { dct2, idct2 } from "./dct2.ts";

/**
 * Number of cosine coefficients along an axis of length `n` that a low-pass keeps: those with u < fraction · n, at least one.
 *
 * The cut-off is fraction / 2 cycles per pixel, a period of 2 / fraction pixels.
 */
export function keptCoefficients(n: number, fraction: number): number {
  // The small number forgives products such as 0.7 · 10 = 7.000…01.
  return Math.min(n, Math.max(1, Math.ceil(fraction * n - 1e-9)));
}

/**
 * Plane without its high spatial frequencies: the cosine coefficients outside the lowest `fraction` of each axis are set to zero.
 *
 * A square region of coefficients is kept, so the filter is an orthogonal projection: applied twice it changes nothing more, and
 * the energy it removes is the energy of the coefficients it drops.
 *
 * @param fraction 0 … 1; 1 keeps everything, 0.3 keeps periods above 6.7 pixels
 * @see Utz et al., arXiv 2308.01769 (2023), for its use between the generators of a CycleGAN
 */
export function lowPassDct(plane: Plane, fraction: number): Plane {
  const { height, width } = plane;
  const rows = keptCoefficients(height, fraction);
  const columns = keptCoefficients(width, fraction);
  if (rows === height && columns === width) return { data: plane.data.slice(), height, width };
  const coefficients = dct2(plane).data;
  for (let y = 0; y < height; y++) coefficients.fill(0, y * width + (y < rows ? columns : 0), (y + 1) * width);
  return idct2({ data: coefficients, height, width });
}

/**
 * The low-pass along one axis as a matrix L = Dᵀ M D, `[n, n]`; L_H x L_Wᵀ filters a plane.
 *
 * It is symmetric and a projection (L = Lᵀ = L²), so inside a graph it is its own gradient.
 */
export function lowPassMatrix(n: number, fraction: number): Float64Array {
  const kept = keptCoefficients(n, fraction);
  const basis = dctMatrix(n);
  const matrix = new Float64Array(n * n);
  for (let u = 0; u < kept; u++)
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++) matrix[i * n + j] = matrix[i * n + j]! + basis[u * n + i]! * basis[u * n + j]!;
  return matrix;
}
