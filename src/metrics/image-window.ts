import type { Plane } from "../core/plane.ts";
import type { ComplexPlane } from "../image/fft2d.ts";

/** How an image fades out towards its border before it is transformed. */
export type ImageWindow = "hann" | "hamming" | "tukey" | "none";

/** Share of an axis over which the Tukey window falls, both ends together. */
const TUKEY_SHARE = 0.25;

const weightAt: Record<ImageWindow, (place: number) => number> = {
  none: () => 1,
  hann: (place) => 0.5 - 0.5 * Math.cos(2 * Math.PI * place),
  hamming: (place) => 0.54 - 0.46 * Math.cos(2 * Math.PI * place),
  tukey: (place) => {
    const fromEdge = Math.min(place, 1 - place) / (TUKEY_SHARE / 2);
    return fromEdge >= 1 ? 1 : 0.5 - 0.5 * Math.cos(Math.PI * fromEdge);
  },
};

/** Weights along an axis, pixel i at (i + ½) / length, so that both ends are alike. */
export function windowWeights(window: ImageWindow, length: number): Float64Array {
  return Float64Array.from({ length }, (_, i) => weightAt[window]((i + 0.5) / length));
}

/**
 * Image without its mean, faded out towards the border, ready for the transform. The jump between opposite borders, which the transform
 * takes to be neighbours, would otherwise be a structure common to any two images.
 */
export function windowedImage({ data, height, width }: Plane, window: ImageWindow): ComplexPlane {
  const mean = data.reduce((sum, value) => sum + value, 0) / data.length;
  const down = windowWeights(window, height);
  const across = windowWeights(window, width);
  const re = Float64Array.from(data, (value, i) => (value - mean) * down[Math.floor(i / width)]! * across[i % width]!);
  return { re, im: new Float64Array(data.length), height, width };
}
