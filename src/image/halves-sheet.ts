import type { Plane } from "../core/plane.ts";
import type { RgbImage } from "./rgb-image.ts";
import { sheet } from "./sheet.ts";

/** Pictures of each half, and how they stand. */
const HALF = { count: 32, columns: 4, gap: 16 };

/**
 * Two sets of pictures beside each other, such as real patches on the left and generated images on the right: the first 32 of each, all with one contrast.
 *
 * @param left pictures on the unit scale
 * @param view what is shown of each, on the unit scale; unless given, itself
 */
export function halvesSheet(
  left: readonly Plane[],
  right: readonly Plane[],
  view: (picture: Plane) => Plane = (picture) => picture,
): RgbImage {
  const halves = [left, right].map((planes) =>
    sheet(planes.slice(0, HALF.count).map(view), { columns: HALF.columns, contrast: { black: 0, white: 1 } }),
  );
  return sheet(halves, { columns: 2, gap: HALF.gap });
}
