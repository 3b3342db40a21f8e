import type { Value } from "../../engine/graph.ts";
import { matMul } from "../../engine/ops/index.ts";
import { dctMatrix } from "../../image/dct-matrix.ts";

/**
 * Projection onto the lowest cosines of a line of n pixels: `Dᵀ · diag(1 for k < r·n) · D`, symmetric, `[n, n]`.
 *
 * @param keep fraction r of the coefficients that stay; 1 gives the identity
 */
export function lowPassProjection(n: number, keep: number): Float32Array {
  const kept = Math.max(1, Math.round(keep * n));
  const dct = dctMatrix(n); // [k, pixel]
  const projection = new Float32Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let k = 0; k < kept; k++) sum += dct[k * n + i]! * dct[k * n + j]!;
      projection[i * n + j] = sum;
    }
  return projection;
}

/**
 * Low-pass by orthonormal DCT-II over the whole picture: of each axis the lowest `keep` of the coefficients stay (a square region).
 *
 * It stands between the two generators of the cycle, so that nothing can be hidden in the high band of an image. The filter is a
 * pair of matrix products with constants; its gradient is itself.
 *
 * @param x `[N, C, H, W]`
 * @param keep fraction r; 1 leaves the values as they are (vanilla CycleGAN)
 * @see Utz et al., "Focus on content not noise", ICCVW 2023 (arXiv 2308.01769): the filter; its shape and cut-off are our choice
 */
export function lowPass(x: Value, keep: number): Value {
  if (keep >= 1) return x;
  const [, , height, width] = x.shape as [number, number, number, number];
  const rows = x.graph.constant(lowPassProjection(height, keep), [height, height]);
  const columns = x.graph.constant(lowPassProjection(width, keep), [width, width]);
  return matMul(rows, matMul(x, columns)); // [N, C, H, W]
}

/** Shortest period, in pixels, that passes the filter. */
export function cutOffPeriodPx(keep: number): number {
  return 2 / keep;
}
