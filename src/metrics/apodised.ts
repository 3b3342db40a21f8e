import type { Plane } from "../core/plane.ts";

/**
 * Image without its mean that fades to zero over so many pixels from each border, by half a cosine.
 *
 * Unlike a Hann window it leaves the middle of the image as it is.
 */
export function apodised({ data, height, width }: Plane, fadePx: number): Plane {
  const mean = data.reduce((sum, value) => sum + value, 0) / data.length;
  const weights = (length: number) =>
    Float64Array.from({ length }, (_, i) => {
      const fromEdge = Math.min(i, length - 1 - i) / fadePx;
      return fromEdge >= 1 ? 1 : 0.5 - 0.5 * Math.cos(Math.PI * fromEdge);
    });
  const down = weights(height);
  const across = weights(width);
  return {
    data: data.map((value, i) => (value - mean) * down[Math.floor(i / width)]! * across[i % width]!),
    height,
    width,
  };
}
