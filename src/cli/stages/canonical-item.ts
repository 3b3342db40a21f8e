import { estimateCanonicalForm, labelsToCanonical, toCanonical } from "../../data/canonical.ts";
import { imageOfCanonical } from "../../data/canonical-image.ts";
import type { Item } from "../../data/dataset.ts";
import { channelPlane } from "../../data/image.ts";

/** Whether an image is in canonical form already: synthetic training images are, images of a microscope or of `simulateSet` are not. */
export function isCanonical({ provenance }: Pick<Item, "provenance">): boolean {
  if (provenance.origin !== "synthetic") return false;
  const form = provenance.settings?.form;
  // Sets of a run do not say it; they come from these two methods and are always canonical.
  return form === "canonical" || (form === undefined && ["simulate", "cyclegan"].includes(provenance.method));
}

/** The item with image and instances in canonical form, in which segmenters learn. */
export function canonicalItem(item: Item): Item {
  if (isCanonical(item)) return item;
  const plane = channelPlane(item.image);
  const form = estimateCanonicalForm(plane);
  const { instances } = item.annotations;
  return {
    ...item,
    image: imageOfCanonical(toCanonical(plane, form)),
    annotations: instances ? { instances: labelsToCanonical(instances, form) } : {},
  };
}
