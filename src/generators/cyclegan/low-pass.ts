import type { Value } from "../../engine/graph.ts";
import { matMul } from "../../engine/ops/index.ts";
import { lowPassMatrix } from "../../image/low-pass-dct.ts";

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
  const matrix = (n: number) => x.graph.constant(Float32Array.from(lowPassMatrix(n, keep)), [n, n]);
  return matMul(matrix(height), matMul(x, matrix(width))); // [N, C, H, W]
}

/** Shortest period, in pixels, that passes the filter. */
export function cutOffPeriodPx(keep: number): number {
  return 2 / keep;
}
