import type { Plane } from "../core/plane.ts";

/** How a template and the window under it are normalised before their product is taken. */
export type MatchMethod = "coefficient" | "cosine";

/**
 * One over the norm of the image under a window, at every position where the window lies inside.
 *
 * `"coefficient"`: √Σ(I − Ī)², Ī being the mean under the window; `"cosine"`: √Σ I². From running sums, so the cost does
 * not depend on the window. Where nothing varies (or nothing is) the answer is 0: such a place matches nothing.
 *
 * @param plane `[H, W]`
 * @returns `[H − height + 1, W − width + 1]`
 * @see Lewis, "Fast template matching", Vision Interface 1995, 120–123, section 5
 */
export function inverseWindowNorm(plane: Plane, height: number, width: number, method: MatchMethod): Float64Array {
  // Taking the mean away first keeps the digits: the sums of squares are then of the size of their differences.
  const level = method === "coefficient" ? meanOf(plane.data) : 0;
  const { sums, squares } = runningSums(plane, level);
  const rows = plane.height - height + 1;
  const columns = plane.width - width + 1;
  const across = plane.width + 1;
  const area = height * width;
  const flat = 1e-13 * squares.at(-1)!; // what rounding leaves of a constant window
  const norms = new Float64Array(rows * columns);
  for (let y = 0; y < rows; y++)
    for (let x = 0; x < columns; x++) {
      const [a, b] = [y * across + x, (y + height) * across + x];
      const square = squares[b + width]! - squares[b]! - squares[a + width]! + squares[a]!;
      const sum = sums[b + width]! - sums[b]! - sums[a + width]! + sums[a]!;
      const energy = method === "coefficient" ? square - (sum * sum) / area : square;
      norms[y * columns + x] = energy > flat ? 1 / Math.sqrt(energy) : 0;
    }
  return norms;
}

/** Sums of (value − level) and of its square over everything above and to the left, `[H + 1, W + 1]`. */
function runningSums({ data, height, width }: Plane, level: number) {
  const across = width + 1;
  const sums = new Float64Array((height + 1) * across);
  const squares = new Float64Array((height + 1) * across);
  for (let y = 0; y < height; y++) {
    let rowSum = 0;
    let rowSquare = 0;
    for (let x = 0; x < width; x++) {
      const value = data[y * width + x]! - level;
      rowSum += value;
      rowSquare += value * value;
      const here = (y + 1) * across + x + 1;
      sums[here] = sums[here - across]! + rowSum;
      squares[here] = squares[here - across]! + rowSquare;
    }
  }
  return { sums, squares };
}

/** Mean of the values. */
export function meanOf(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / values.length;
}
