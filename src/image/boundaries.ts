import type { LabelMap } from "../core/plane.ts";

/**
 * Outlines of the objects, `[H, W]`: 1 where an object's pixel has another label, or background, on one of its four sides.
 *
 * Outlines lie inside their object. The image border is no outline. As `skimage.segmentation.find_boundaries(mode="inner")`.
 */
export function boundaries(labels: LabelMap): Uint8Array {
  const { data, height, width } = labels;
  const outline = new Uint8Array(height * width);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      const label = data[i]!;
      if (label === 0) continue;
      const differs =
        (x > 0 && data[i - 1] !== label) ||
        (x < width - 1 && data[i + 1] !== label) ||
        (y > 0 && data[i - width] !== label) ||
        (y < height - 1 && data[i + width] !== label);
      if (differs) outline[i] = 1;
    }
  }
  return outline;
}
