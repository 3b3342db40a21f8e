import type { Mask } from "../core/plane.ts";
import { squaredDistanceTransform } from "./distance-transform.ts";

/**
 * Mask shrunk by a disc: pixels stay when the whole disc around them is inside.
 *
 * A threshold on the distance transform, so the time does not depend on the radius. Beyond the border everything counts as
 * inside: objects that leave the image are not eaten from there.
 *
 * @param radius of the disc in pixels: the offsets with x² + y² ≤ radius²
 */
export function erosion(mask: Mask, radius: number): Mask {
  const limit = radius * radius;
  const squared = squaredDistanceTransform(mask);
  const data = new Uint8Array(squared.length);
  for (let i = 0; i < data.length; i++) data[i] = squared[i]! > limit ? 1 : 0;
  return { data, height: mask.height, width: mask.width };
}
