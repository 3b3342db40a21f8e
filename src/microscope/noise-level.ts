import type { Plane } from "../core/plane.ts";

/** Fewer 2 × 2 blocks than this give no estimate. */
const FEWEST_BLOCKS = 20;

/**
 * Standard deviation of pixel noise from the finest detail of an image: the diagonal Haar coefficient of 2 × 2 blocks, which
 * smooth structure leaves near 0. The strongest hundredth of the blocks is left out as structure.
 *
 * @param isIn which pixels count; a block counts when all its four do
 * @returns in the unit of the plane; `NaN` when there are too few blocks
 */
export function noiseLevel({ data, width, height }: Plane, isIn: (pixel: number) => boolean = () => true): number {
  const squares: number[] = [];
  for (let y = 0; y + 1 < height; y += 2)
    for (let x = 0; x + 1 < width; x += 2) {
      const i = y * width + x;
      if (!(isIn(i) && isIn(i + 1) && isIn(i + width) && isIn(i + width + 1))) continue;
      squares.push(((data[i]! - data[i + 1]! - data[i + width]! + data[i + width + 1]!) / 2) ** 2);
    }
  if (squares.length < FEWEST_BLOCKS) return Number.NaN;
  const kept = Float64Array.from(squares)
    .sort()
    .subarray(0, Math.ceil(0.99 * squares.length));
  // The inner 99 % of a normal distribution keep 0.925 of the variance.
  return Math.sqrt(kept.reduce((sum, square) => sum + square, 0) / kept.length / 0.925);
}
