import { ShapeError } from "../core/errors.ts";
import type { LabelMap, Plane } from "../core/plane.ts";
import { boundaries } from "./boundaries.ts";
import { type Contrast, contrastOf, display } from "./display.ts";
import { regions } from "./regions.ts";
import type { RgbImage } from "./rgb-image.ts";

/** Colours of Okabe and Ito that are bright enough on dark images. */
const colours = [
  [230, 159, 0],
  [86, 180, 233],
  [240, 228, 66],
  [0, 190, 140],
  [213, 94, 0],
  [221, 136, 183],
] as const;

/** Objects whose boxes come this close, in pixels, get different colours where the palette allows it. */
const nearby = 6;

/**
 * Colour of each label, as an index into the palette: greedy, so that neighbours differ as long as a colour is left.
 *
 * The result depends on the labels alone, not on any chance.
 */
function colourOfLabels(labels: LabelMap): Map<number, number> {
  const boxes = regions(labels).toSorted((a, b) => a.y0 - b.y0 || a.x0 - b.x0);
  const chosen = new Map<number, number>();
  for (const [index, box] of boxes.entries()) {
    const taken = new Set<number>();
    for (let other = index - 1; other >= 0; other--) {
      const { label, x0, x1, y1 } = boxes[other]!;
      if (y1 + nearby < box.y0 || x1 + nearby < box.x0 || x0 - nearby > box.x1) continue;
      taken.add(chosen.get(label)!);
    }
    // Starting from another colour each time uses the whole palette also where objects lie apart.
    const order = colours.map((_, step) => (index + step) % colours.length);
    chosen.set(box.label, order.find((colour) => !taken.has(colour)) ?? order[0]!);
  }
  return chosen;
}

/**
 * Picture of a plane with the outline of every label, one pixel wide and inside its object; neighbours in different colours.
 *
 * @param options.contrast grey values shown black and white; by default percentiles 1 and 99.8 of the plane
 * @throws {@link ShapeError} when plane and labels differ in size
 */
export function overlay(
  plane: Plane,
  labels: LabelMap,
  { contrast = contrastOf(plane) }: { contrast?: Contrast } = {},
): RgbImage {
  if (plane.height !== labels.height || plane.width !== labels.width)
    throw new ShapeError({
      where: "overlay",
      expected: `labels of the image's size, ${plane.height} × ${plane.width}`,
      received: `${labels.height} × ${labels.width}`,
    });
  const picture = display(plane, contrast);
  const colourOf = colourOfLabels(labels);
  const outline = boundaries(labels);
  for (let i = 0; i < outline.length; i++) {
    if (outline[i] === 1) picture.data.set(colours[colourOf.get(labels.data[i]!)!]!, 3 * i);
  }
  return picture;
}
