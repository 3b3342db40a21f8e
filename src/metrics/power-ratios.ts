import { DataError } from "../core/errors.ts";
import type { Plane } from "../core/plane.ts";
import { powerSpectrum } from "../image/power-spectrum.ts";

/** How strongly one set of images shows detail of some sizes, beside another set. */
export interface PowerRatio {
  /** Coarsest period of the detail in pixels; Infinity in the first band, which begins at frequency 0. */
  readonly fromPx: number;
  /** Finest period. */
  readonly toPx: number;
  /** Mean power of the one set over that of the other: 1 is as much, 0.5 is 0.7 of the contrast. */
  readonly ratio: number;
}

/**
 * Power of images over that of others, in bands of equal width from frequency 0 to half a cycle per pixel, the coarsest first.
 *
 * Powers are means over images and over the frequencies of a band, after a Hann window. A generator that is too smooth falls below 1 towards
 * fine detail; one that draws too little contrast lies below 1 everywhere; grain that real images lack lies above 1 at the fine end.
 * {@link bandEnergyRatio} compares shares of all detail instead, and so does not see contrast.
 *
 * @param made images `[H, W]`, all of one size
 * @param real images of that size
 * @see Durall, Keuper & Keuper, "Watch your up-convolution", CVPR 2020: spectra tell generated images from real ones
 * @throws {@link DataError} when a set is empty, sizes differ, or the others have no power in a band
 */
export function powerRatios(
  made: readonly Plane[],
  real: readonly Plane[],
  { bands = 4 }: { readonly bands?: number } = {},
): PowerRatio[] {
  const sizes = new Set([...made, ...real].map(({ height, width }) => `${width} x ${height}`));
  if (made.length === 0 || real.length === 0 || sizes.size !== 1)
    throw new DataError({
      where: "powerRatios",
      expected: "two sets of images, all of one size",
      received: `${made.length} and ${real.length} images of ${[...sizes].join(", ") || "no size"}`,
      fix: "Cut patches of one size from both.",
    });
  const [above, below] = [meanPowers(made, bands), meanPowers(real, bands)];
  return above.map((power, band) => {
    if (!(below[band]! > 0))
      throw new DataError({
        where: "powerRatios",
        expected: "images with detail of every size",
        received: `none in band ${band + 1} of ${bands} of the images that are compared with`,
      });
    return { fromPx: (2 * bands) / band, toPx: (2 * bands) / (band + 1), ratio: power / below[band]! };
  });
}

/** Mean power of each band, coarsest first. */
function meanPowers(planes: readonly Plane[], bands: number): number[] {
  const sums = new Array<number>(bands).fill(0);
  const rings = new Array<number>(bands).fill(0);
  for (const plane of planes) {
    const { frequencyCyclesPerPx, power } = powerSpectrum(plane);
    for (const [k, frequency] of frequencyCyclesPerPx.entries()) {
      const band = Math.min(bands - 1, Math.floor(2 * frequency * bands));
      sums[band]! += power[k]! * frequency; // a ring holds as many frequencies as it is long
      rings[band]! += frequency;
    }
  }
  return sums.map((sum, band) => sum / rings[band]!);
}
