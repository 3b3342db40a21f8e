import type { Plane } from "../../core/plane.ts";

/**
 * Corner of the square part of a plane in which most happens (largest variance, seen on every fourth pixel).
 *
 * @param grid corners lie at multiples of this
 */
export function livelyCorner(
  plane: Plane,
  side: number,
  grid: number,
): { readonly top: number; readonly left: number } {
  let best = { top: 0, left: 0, variance: -1 };
  const step = Math.max(1, Math.floor(side / 2 / grid)) * grid;
  for (let y = 0; y + side <= plane.height; y += step)
    for (let x = 0; x + side <= plane.width; x += step) {
      let [sum, squares, n] = [0, 0, 0];
      for (let j = 0; j < side; j += 4)
        for (let i = 0; i < side; i += 4) {
          const value = plane.data[(y + j) * plane.width + x + i]!;
          sum += value;
          squares += value * value;
          n++;
        }
      const variance = squares / n - (sum / n) ** 2;
      if (variance > best.variance) best = { top: y, left: x, variance };
    }
  return best;
}
