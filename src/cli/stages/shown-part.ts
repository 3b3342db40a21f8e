import type { LabelMap, Plane } from "../../core/plane.ts";

/** The top left of a picture, as much of it as a page has room for. */
export function shownPart<Picture extends Plane | LabelMap>(picture: Picture, mostPx: number): Picture {
  const [height, width] = [Math.min(picture.height, mostPx), Math.min(picture.width, mostPx)];
  const data = picture.data.slice(0, height * width);
  for (let y = 0; y < height; y++)
    data.set(picture.data.subarray(y * picture.width, y * picture.width + width), y * width);
  return { ...picture, data, height, width };
}
