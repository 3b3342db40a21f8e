import { DataError } from "../../core/errors.ts";
import type { Plane } from "../../core/plane.ts";
import type { Item } from "../../data/dataset.ts";
import { channelPlane } from "../../data/image.ts";
import { brightestChannel } from "../../data/unit-plane.ts";

/**
 * A channel of an image, counted from 1; unless one is named, the one with the most light.
 *
 * @throws {@link DataError} when the image has fewer
 */
export function chosenChannel({ name, image }: Pick<Item, "name" | "image">, channel?: number): Plane {
  if (channel === undefined) return brightestChannel(image);
  if (channel > image.channels)
    throw new DataError({
      where: name,
      expected: `at least ${channel} channels`,
      received: `${image.channels}`,
      fix: "Name the channel to look at with --channel; the first is 1.",
    });
  return channelPlane(image, channel - 1);
}
