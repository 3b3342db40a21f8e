import type { Plane } from "../core/plane.ts";

/** How much the grey levels of a plane `[H, W]` vary: their population standard deviation. */
export function standardDeviation({ data }: Plane): number {
  const mean = data.reduce((sum, value) => sum + value, 0) / data.length;
  return Math.sqrt(data.reduce((sum, value) => sum + (value - mean) ** 2, 0) / data.length);
}
