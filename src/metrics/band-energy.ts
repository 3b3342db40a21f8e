import { DataError, UnitError } from "../core/errors.ts";
import type { Plane } from "../core/plane.ts";
import { dct2 } from "../image/dct2.ts";
import { medianOf } from "../image/median-of.ts";

/**
 * Energy per pixel of a plane between two spatial frequencies, in squared units of the plane.
 *
 * The squares of its orthonormal cosine coefficients with `from` ≤ √(fy² + fx²) < `to`, divided by the pixels;
 * adjoining bands add up to the mean square of the plane (Parseval). The cosine transform mirrors the plane at its
 * border, so no jump leaks into high frequencies.
 *
 * @param from cycles per pixel; 0 includes the mean, anything above leaves it out
 * @param to cycles per pixel; the highest frequency of a plane, along its diagonal, is just below √½
 * @throws {@link UnitError} when the band is empty
 */
export function bandEnergy(plane: Plane, from: number, to = Infinity): number {
  if (!(from >= 0 && to > from))
    throw new UnitError({
      where: "bandEnergy",
      expected: "a band 0 ≤ from < to in cycles per pixel",
      received: `${from} to ${to}`,
    });
  const { height, width } = plane;
  const coefficients = dct2(plane).data;
  let energy = 0;
  for (let v = 0, index = 0; v < height; v++)
    for (let u = 0; u < width; u++, index++) {
      const frequency = Math.hypot(v / (2 * height), u / (2 * width));
      if (frequency >= from && frequency < to) energy += coefficients[index]! ** 2;
    }
  return energy / (height * width);
}

/** Coarser structure than this, in cycles per pixel, is not detail: where nuclei lie, stray light. On the canonical scale periods above 33 px. */
const COARSEST_DETAIL = 0.03;

/**
 * Share that a high band has in all detail of generated images, over the share in real ones: medians over images, so that one odd image
 * does not decide.
 *
 * A share, because energy itself grows with the number of nuclei, and generated crops may be fuller than real fields. A hidden signal lives in
 * fine detail that real images lack, and shows as a ratio well above 1; a ratio well below 1 says that the generator is too smooth, or
 * leaves the noise of the camera out.
 *
 * @param from cycles per pixel; 0.25 is half the Nyquist frequency
 * @throws {@link DataError} when there are no images on a side, or no detail in half of them
 */
export function bandEnergyRatio(
  generated: readonly Plane[],
  real: readonly Plane[],
  { from = 0.25, to = Infinity }: { from?: number; to?: number } = {},
): number {
  const share = (plane: Plane) => bandEnergy(plane, from, to) / bandEnergy(plane, COARSEST_DETAIL);
  const [above, below] = [generated, real].map((planes) => medianOf(planes.map(share).filter(Number.isFinite)));
  if (!(above! >= 0 && below! > 0))
    throw new DataError({
      where: "bandEnergyRatio",
      expected: "generated and real images, the real ones with some detail in the band",
      received: `${generated.length} generated and ${real.length} real images, median share ${above} over ${below}`,
    });
  return above! / below!;
}
