import type { Plane } from "../core/plane.ts";
import { requireSameSize } from "../image/require-same-size.ts";

/**
 * Mean over all pixels of the squared difference of two planes, summed in double precision.
 *
 * @returns squared units of the planes
 * @throws {@link ShapeError} when the sizes differ
 */
export function meanSquaredError(truth: Plane, image: Plane): number {
  requireSameSize("meanSquaredError", truth, image);
  let sum = 0;
  for (let i = 0; i < truth.data.length; i++) sum += (truth.data[i]! - image.data[i]!) ** 2;
  return sum / truth.data.length;
}
