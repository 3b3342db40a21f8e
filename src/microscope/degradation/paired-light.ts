import type { Plane } from "../../core/plane.ts";
import { affineFit } from "../../image/affine-fit.ts";
import { medianOf } from "../../image/median-of.ts";
import { LIGHT, withoutRim } from "./blur-fit.ts";

/** Brightness of a recording: low image = scale · light + background. */
export interface PairLight {
  readonly scale: number;
  readonly background: number;
}

/** Standard deviation of normally distributed values over the median of their absolute deviations. */
const DEVIATIONS_PER_MAD = 1.4826;

/**
 * Scale and background of each pair by least squares, without its rim.
 *
 * A pair whose middle is nearly empty says little of its own scale, which is then drawn towards the median of all: by the square of its standard error
 * over that of the spread among pairs (empirical Bayes). One that shows enough keeps its own.
 *
 * @see Efron & Morris, J. Am. Stat. Assoc. 70, 311–319 (1975), with the spread by the median absolute deviation, since pairs are few
 * @param pairs the light of the sharp image before scale and background, and the low image; of one size
 * @param rimPx width of the rim, in pixels
 */
export function pairedLight(
  pairs: readonly { readonly light: Plane; readonly low: Plane }[],
  rimPx: number,
): PairLight[] {
  const fits = pairs.map(({ light, low }) => affineFit(withoutRim(low, rimPx), withoutRim(light, rimPx), LIGHT));
  const common = medianOf(fits.map(({ gain }) => gain));
  const spread = DEVIATIONS_PER_MAD * medianOf(fits.map(({ gain }) => Math.abs(gain - common)));
  return fits.map(({ gain, offset, gainError, meanPrediction }) => {
    const trust = spread > 0 ? spread ** 2 / (spread ** 2 + gainError ** 2) : 1;
    const scale = common + trust * (gain - common);
    return { scale, background: offset + (gain - scale) * meanPrediction };
  });
}
