import type { Mask } from "../core/plane.ts";
import { dilation } from "./dilation.ts";
import { erosion } from "./erosion.ts";

/**
 * Mask with gaps closed that a disc cannot enter; the rest keeps its size.
 *
 * @param radius of the disc in pixels
 */
export function closing(mask: Mask, radius: number): Mask {
  return erosion(dilation(mask, radius), radius);
}
