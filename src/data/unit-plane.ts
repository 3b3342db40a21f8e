import type { Plane } from "../core/plane.ts";
import { percentile } from "../image/percentile.ts";
import { channelPlane, type Image } from "./image.ts";

/** Percentiles of an image that become 0 and 1. */
export const UNIT_PERCENTILES = { low: 1, high: 99.9 } as const;

/** The channel with the most light: a fluorescence image saved in colour has one. */
export function brightestChannel(image: Image): Plane {
  const planes = Array.from({ length: image.channels }, (_, channel) => channelPlane(image, channel));
  const light = planes.map(({ data }) => data.reduce((sum, value) => sum + value, 0));
  return planes[light.indexOf(Math.max(...light))]!;
}

/** Plane with {@link UNIT_PERCENTILES} at 0 and 1, not clipped. */
export function unitPlane(plane: Plane): Plane {
  if (plane.data.length === 0) return plane;
  const black = percentile(plane, UNIT_PERCENTILES.low);
  const white = percentile(plane, UNIT_PERCENTILES.high);
  const span = white > black ? white - black : 1;
  return { ...plane, data: plane.data.map((value) => (value - black) / span) };
}
