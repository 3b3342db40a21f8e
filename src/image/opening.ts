import type { Mask } from "../core/plane.ts";
import { dilation } from "./dilation.ts";
import { erosion } from "./erosion.ts";

/**
 * Mask without what a disc cannot enter: specks vanish, thin bridges break, the rest keeps its size.
 *
 * @param radius of the disc in pixels
 */
export function opening(mask: Mask, radius: number): Mask {
  return dilation(erosion(mask, radius), radius);
}
