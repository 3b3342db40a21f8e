import type { Mask } from "../core/plane.ts";
import { squaredDistanceTransform } from "./distance-transform.ts";

/**
 * Mask grown by a disc: pixels are inside when any pixel of the disc around them was.
 *
 * @param radius of the disc in pixels: the offsets with x² + y² ≤ radius²
 */
export function dilation(mask: Mask, radius: number): Mask {
  const limit = radius * radius;
  const outside: Mask = { ...mask, data: mask.data.map((inside) => (inside === 0 ? 1 : 0)) };
  const squared = squaredDistanceTransform(outside);
  const data = new Uint8Array(squared.length);
  for (let i = 0; i < data.length; i++) data[i] = squared[i]! <= limit ? 1 : 0;
  return { data, height: mask.height, width: mask.width };
}
