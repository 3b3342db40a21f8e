import type { LabelMap, Plane } from "../core/plane.ts";

/** A rectangle of pixels that lies inside a picture. */
export interface Part {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
}

/** Rectangular part of a plane or label map, `[height, width]`; a copy. */
export function partOf<Picture extends Plane | LabelMap>(
  picture: Picture,
  { top, left, height, width }: Part,
): Picture {
  const data = picture.data.slice(0, height * width);
  for (let y = 0; y < height; y++) {
    const from = (top + y) * picture.width + left;
    data.set(picture.data.subarray(from, from + width), y * width);
  }
  return { ...picture, data, height, width };
}
