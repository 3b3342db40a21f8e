/** Weaker annotations from stronger ones: instances → boxes → points → count. Here and nowhere else. */
import type { LabelMap } from "../core/plane.ts";
import { regions } from "../image/regions.ts";
import type { Annotations, Box, Point } from "./dataset.ts";

/** Smallest box around each object, in the order of the labels. */
export function boxesOf(instances: LabelMap): Box[] {
  return regions(instances).map(({ x0, y0, x1, y1 }) => ({ x0, y0, x1, y1 }));
}

/** Centroid of each object, in the order of the labels; of a crescent it may lie outside. */
export function pointsOf(instances: LabelMap): Point[] {
  return regions(instances).map(({ x, y }) => ({ x, y }));
}

/** Middle of a box, in pixels whose centres are at integers. */
function centre({ x0, y0, x1, y1 }: Box): Point {
  return { x: (x0 + x1 - 1) / 2, y: (y0 + y1 - 1) / 2 };
}

/**
 * The annotations with everything that follows from them: what is given stays, boxes and points come from instances, points from
 * boxes, the count from whichever is there.
 */
export function completeAnnotations(given: Annotations): Annotations {
  const { instances } = given;
  const boxes = given.boxes ?? (instances && boxesOf(instances));
  const points = given.points ?? (instances ? pointsOf(instances) : boxes?.map(centre));
  const count = given.count ?? boxes?.length ?? points?.length;
  return {
    ...given,
    ...(boxes ? { boxes } : {}),
    ...(points ? { points } : {}),
    ...(count === undefined ? {} : { count }),
  };
}
