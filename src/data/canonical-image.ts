import { emptyPlane, type Plane } from "../core/plane.ts";
import { channelPlane, type Image } from "./image.ts";

/** Grey levels of 1 in a stored canonical image. */
const FULL_SCALE = 65535;

/** Image file form of a canonical plane: 16 bits, 0…1 over the whole range, so that any viewer shows it. */
export function imageOfCanonical(plane: Plane): Image {
  const { height, width } = plane;
  const data = new Uint16Array(plane.data.length);
  plane.data.forEach((value, i) => {
    data[i] = Math.round(Math.min(1, Math.max(0, value)) * FULL_SCALE);
  });
  return { data, pixelType: "uint16", channels: 1, height, width };
}

/** Canonical values, 0…1, on the scale that networks see, [-1, 1]. */
export function unitToNetwork(plane: Plane): Plane {
  return { ...plane, data: plane.data.map((value) => 2 * value - 1) };
}

/** Network values, [-1, 1], on the canonical scale, 0…1. */
export function networkToUnit(plane: Plane): Plane {
  return { ...plane, data: plane.data.map((value) => (value + 1) / 2) };
}

/** Canonical plane (0…1, background about 0.1, median nucleus about 0.55) of an image stored by {@link imageOfCanonical}. */
export function canonicalOfImage(image: Image): Plane {
  const plane = channelPlane(image);
  const result = emptyPlane(plane.height, plane.width);
  plane.data.forEach((value, i) => {
    result.data[i] = value / FULL_SCALE;
  });
  return result;
}
