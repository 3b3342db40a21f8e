import type { Plane } from "../core/plane.ts";
import { clahe } from "../image/clahe.ts";

/**
 * The picture in which a faint hidden signal can be seen: local contrast of an image stretched until its darkest
 * corners show.
 *
 * @param image `[H, W]`, any scale
 * @returns `[H, W]` in 0…1, for looking at only
 * @see Chu, Zhmoginov & Sandler, "CycleGAN, a master of steganography", arXiv 1712.02950 (2017), Fig. 4, which uses
 * the same filter
 */
export function equalisedPicture(image: Plane): Plane {
  return clahe(image, { tiles: 8, clipLimit: 0.02 });
}
