import { DataError } from "../../core/errors.ts";
import type { Plane } from "../../core/plane.ts";
import { stopIfCancelled, type WorkOptions } from "../../core/progress.ts";
import type { Random } from "../../core/random.ts";
import { cropPlane } from "../../data/crop.ts";
import type { Dataset, Item } from "../../data/dataset.ts";
import type { PixelType } from "../../data/image.ts";
import { unitPlane } from "../../data/unit-plane.ts";
import { chosenChannel } from "./chosen-channel.ts";

/**
 * How images come to the scale 0…1: `"image"` by percentiles of each, except those that Fantascope made, which are on it; `"stored"` by the range of
 * their number kind, floating-point numbers as they are: for sets that were brought to one scale before they were saved.
 */
export type GreyScale = "image" | "stored";

/** A patch, with the image that it was cut from. */
export interface UnitPatch {
  readonly plane: Plane;
  /** Field, well or patient of its image. */
  readonly group: string;
}

/** Largest value of each number kind that has one. */
const WHITE: Readonly<Partial<Record<PixelType, number>>> = {
  uint8: 2 ** 8 - 1,
  uint16: 2 ** 16 - 1,
  uint32: 2 ** 32 - 1,
  int8: 2 ** 7 - 1,
  int16: 2 ** 15 - 1,
  int32: 2 ** 31 - 1,
};

/** How images of a folder become planes on the unit scale. */
export interface UnitOptions {
  readonly grey: GreyScale;
  /** Channel, counted from 1; unless given, the one with the most light. */
  readonly channel?: number | undefined;
}

/** A channel of an image on the unit scale; of pairs the sharp image. @throws {@link DataError} when the image has fewer channels */
export function unitImage(
  { name, image, annotations: { partner = image }, provenance }: Item,
  { grey, channel }: UnitOptions,
): Plane {
  const plane = chosenChannel({ name, image: partner }, channel);
  const isOurs = provenance.origin === "synthetic" && partner.channels === 1 && partner.pixelType === "uint16";
  if (grey === "image" && !isOurs) return unitPlane(plane);
  const white = WHITE[partner.pixelType] ?? 1;
  return { ...plane, data: plane.data.map((value) => value / white) };
}

/**
 * Square patches at random places of all images of a folder, as many of each as can be.
 *
 * @throws {@link DataError} when an image is smaller than a patch
 */
export async function unitPatches(
  dataset: Dataset,
  { count, patchPx, random, ...unit }: UnitOptions & { count: number; patchPx: number; random: Random },
  { signal, onProgress }: WorkOptions = {},
): Promise<UnitPatch[]> {
  const stage = `read ${dataset.name}`;
  const order = random.fork("order").shuffle(Array.from({ length: dataset.length }, (_, index) => index));
  const patches = new Array<UnitPatch>(count);
  const used = order.slice(0, count);
  for (const [rank, index] of used.entries()) {
    stopIfCancelled(signal, stage);
    const item = await dataset.get(index);
    const image = unitImage(item, unit);
    if (Math.min(image.height, image.width) < patchPx)
      throw new DataError({
        where: `${dataset.name}, ${item.name}`,
        expected: `an image of at least ${patchPx} x ${patchPx} pixels`,
        received: `${image.width} x ${image.height}`,
        fix: `Compare smaller patches, with --patch ${Math.min(image.height, image.width)} or less.`,
      });
    for (let k = rank; k < count; k += used.length)
      patches[k] = { plane: cropPlane(image, patchPx, random.fork("patch", k)), group: item.group };
    onProgress?.({ stage, done: rank + 1, total: used.length });
  }
  return random.fork("mix").shuffle(patches); // those that are shown come from all images
}
