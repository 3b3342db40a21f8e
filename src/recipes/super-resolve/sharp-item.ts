import type { Plane } from "../../core/plane.ts";
import { imageOfCanonical } from "../../data/canonical-image.ts";
import type { Item } from "../../data/dataset.ts";
import type { Field } from "./fields.ts";

/** Sharp image of a field within 0…1, as a generator sees it. */
export function sharpPlane({ high }: Field): Plane {
  return { ...high, data: high.data.map((value) => Math.min(1, Math.max(0, value))) };
}

/** The same as an item of a data set. */
export function sharpItem(field: Field): Item {
  const { name, group } = field;
  const provenance = { origin: "real", source: name } as const;
  return { name, group, image: imageOfCanonical(sharpPlane(field)), annotations: {}, provenance };
}
