import type { Value } from "../graph.ts";
import { matMul } from "./mat-mul.ts";

/**
 * Bilinear enlargement `[N, C, H, W]` to `[N, C, H·factor, W·factor]`; pixel centres at half-integers, edges repeated
 * (PyTorch's `align_corners=False`).
 *
 * Two products with constant matrices: exact, and its gradient is the same pair transposed.
 */
export function upsampleBilinear2d(x: Value, factor = 2): Value {
  if (factor === 1) return x;
  const [, , height, width] = x.shape;
  const rows = x.graph.constant(interpolation(height!, factor, false), [height! * factor, height!]);
  const columns = x.graph.constant(interpolation(width!, factor, true), [width!, width! * factor]);
  return matMul(rows, matMul(x, columns)); // [N, C, H·f, W·f]
}

/** Matrix from `extent` to `extent · factor` points, `[extent · factor, extent]`, or its transpose. */
function interpolation(extent: number, factor: number, transposed: boolean): Float32Array {
  const large = extent * factor;
  const matrix = new Float32Array(large * extent);
  for (let i = 0; i < large; i++) {
    const place = Math.max(0, (i + 0.5) / factor - 0.5);
    const low = Math.min(Math.floor(place), extent - 1);
    for (const [j, weight] of [
      [low, 1 - (place - low)],
      [Math.min(low + 1, extent - 1), place - low],
    ] as const)
      matrix[transposed ? j * large + i : i * extent + j]! += weight;
  }
  return matrix;
}
