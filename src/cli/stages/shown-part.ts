import type { LabelMap, Plane } from "../../core/plane.ts";
import { partOf } from "../../image/part-of.ts";

/** The top left of a picture, as much of it as a page has room for. */
export function shownPart<Picture extends Plane | LabelMap>(picture: Picture, mostPx: number): Picture {
  const [height, width] = [Math.min(picture.height, mostPx), Math.min(picture.width, mostPx)];
  return partOf(picture, { top: 0, left: 0, height, width });
}
