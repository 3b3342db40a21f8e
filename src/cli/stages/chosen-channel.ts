import { DataError } from "../../core/errors.ts";
import type { Plane } from "../../core/plane.ts";
import type { Item } from "../../data/dataset.ts";
import { channelPlane } from "../../data/image.ts";

/** A channel of an image, counted from 1. @throws {@link DataError} when the image has fewer */
export function chosenChannel({ name, image }: Pick<Item, "name" | "image">, channel: number): Plane {
  if (channel > image.channels)
    throw new DataError({
      where: name,
      expected: `at least ${channel} channels`,
      received: `${image.channels}`,
      fix: "Name the channel to look at with --channel; the first is 1.",
    });
  return channelPlane(image, channel - 1);
}
