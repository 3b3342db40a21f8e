import type { LabelMap, Plane } from "../core/plane.ts";
import { labelsAround } from "../image/labels-around.ts";
import { medianOf } from "../image/median-of.ts";
import { requireSameSize } from "../image/require-same-size.ts";

/** What counts as two objects in contact. */
export interface ContactOptions {
  /** Grey level of the background; 0.1 on the canonical scale. */
  readonly background?: number;
  /** Contacts of fewer pixels, counted on both sides, say nothing. */
  readonly fewestPixels?: number;
  /** Neither do contacts with smaller objects, such as pieces that an image cuts off; canonical nuclei have 314 px. */
  readonly smallestAreaPx?: number;
}

/**
 * How bright an image is where labelled objects touch, one number for each pair that does: the median of the pixels of either that have the other among
 * their 8 neighbours, over the median of the dimmer of the two, both above the background.
 *
 * Light adds up, so that few real nuclei in contact have a dark line between them: the blurred edges of both make about 1. A CycleGAN is paid for drawing
 * one, for its inverse generator must read from the image where a nucleus ends.
 *
 * A measure of our own.
 *
 * @param image `[H, W]`, bright objects on dark ground
 * @param labels `[H, W]`
 * @throws {@link ShapeError} when image and labels differ in size
 */
export function contactBrightness(
  image: Plane,
  labels: LabelMap,
  { background = 0.1, fewestPixels = 8, smallestAreaPx = 60 }: ContactOptions = {},
): number[] {
  requireSameSize("contactBrightness", image, labels);
  const objects = new Map<number, number[]>();
  const contacts = new Map<string, { readonly pair: readonly [number, number]; readonly values: number[] }>();
  for (let y = 0; y < labels.height; y++)
    for (let x = 0; x < labels.width; x++) {
      const pixel = y * labels.width + x;
      const label = labels.data[pixel]!;
      if (label === 0) continue;
      const value = image.data[pixel]! - background;
      const object = objects.get(label);
      if (object) object.push(value);
      else objects.set(label, [value]);
      for (const other of labelsAround(labels, y, x)) {
        const pair = [Math.min(label, other), Math.max(label, other)] as const;
        const contact = contacts.get(pair.join()) ?? { pair, values: [] };
        contact.values.push(value);
        contacts.set(pair.join(), contact);
      }
    }
  return [...contacts.values()].flatMap(({ pair, values }) => {
    const both = pair.map((label) => objects.get(label)!);
    if (values.length < fewestPixels || both.some(({ length }) => length < smallestAreaPx)) return [];
    const dimmer = Math.min(...both.map((object) => medianOf(object)));
    return dimmer > 0 ? [medianOf(values) / dimmer] : [];
  });
}
