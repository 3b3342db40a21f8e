import type { Plane } from "../../../core/plane.ts";
import { dct2 } from "../../../image/dct2.ts";
import { gaussianBlur } from "../../../image/gaussian-blur.ts";
import { crossValidation, smallest } from "./cross-validation.ts";
import { gaussianResponse } from "./gaussian-response.ts";

/** Widths tried, in pixels. */
const TRIED = Array.from({ length: 19 }, (_, i) => 0.3 + 0.15 * i);

/**
 * Plane smoothed by a Gaussian, the simplest way to take noise out.
 *
 * @param options.sigmaPx width in pixels; chosen from the image by generalised cross-validation unless given: of 0.3 … 3 px the best
 * @returns the same as `skimage.filters.gaussian(plane, sigma, mode="reflect")`
 */
export function gaussianDenoise(plane: Plane, { sigmaPx }: { readonly sigmaPx?: number } = {}): Plane {
  if (sigmaPx !== undefined) return gaussianBlur(plane, sigmaPx);
  const coefficients = dct2(plane);
  const chosen = smallest(TRIED, (sigma) => {
    const [down, across] = [gaussianResponse(plane.height, sigma), gaussianResponse(plane.width, sigma)];
    return crossValidation(coefficients, (v, u) => down[v]! * across[u]!);
  });
  return gaussianBlur(plane, chosen);
}
