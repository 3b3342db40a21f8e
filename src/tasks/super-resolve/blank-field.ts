import { emptyPlane, type Plane } from "../../core/plane.ts";
import type { Random } from "../../core/random.ts";
import { gaussianBlur } from "../../image/gaussian-blur.ts";
import { percentile } from "../../image/percentile.ts";

/** What a camera shows where there is nothing. */
export interface BlankField {
  /** Mean grey value, in the unit of the images. */
  readonly background: number;
  /** Standard deviation of a pixel. */
  readonly noiseSd: number;
}

/** The pixels of all planes. */
export function pooledPixels(planes: readonly Plane[]): Float32Array {
  const pixels = new Float32Array(planes.reduce((sum, { data }) => sum + data.length, 0));
  let at = 0;
  for (const { data } of planes) {
    pixels.set(data, at);
    at += data.length;
  }
  return pixels;
}

/** Median of |x| of a normal deviate. */
const NORMAL_MEDIAN = 0.6745;

/**
 * Background and its noise, read from images that show structure: the lower quartile of the image smoothed over 2 px, and the median finest
 * diagonal detail (Haar, 2×2 blocks) of the darker half. Noise is taken as white; where it is not, give measured numbers instead.
 *
 * @see Donoho & Johnstone, Biometrika 81, 425 (1994), for the median of details as a measure of noise
 */
export function blankFieldOf(images: readonly Plane[]): BlankField {
  const smooth = images.map((image) => gaussianBlur(image, 2));
  const pooled = pooledPixels(smooth);
  const middle = percentile(pooled, 50);
  const details: number[] = [];
  images.forEach(({ data, height, width }, n) => {
    for (let y = 0; y + 1 < height; y += 2)
      for (let x = 0; x + 1 < width; x += 2) {
        const i = y * width + x;
        if (smooth[n]!.data[i]! > middle) continue;
        details.push(Math.abs(data[i]! - data[i + 1]! - data[i + width]! + data[i + width + 1]!) / 2);
      }
  });
  return { background: percentile(pooled, 25), noiseSd: percentile(details, 50) / NORMAL_MEDIAN };
}

/** A field with nothing in it: background and Gaussian noise, `[edgePx, edgePx]`. */
export function drawBlankField({ background, noiseSd }: BlankField, edgePx: number, random: Random): Plane {
  const plane = emptyPlane(edgePx, edgePx);
  for (let i = 0; i < plane.data.length; i++)
    plane.data[i] = background + (noiseSd > 0 ? noiseSd * random.normal() : 0);
  return plane;
}
