import type { Plane } from "../../core/plane.ts";
import { affineFit } from "../../image/affine-fit.ts";
import { partOf } from "../../image/part-of.ts";
import { powerSpectrum } from "../../image/power-spectrum.ts";
import { resizePlane } from "../../image/resize-plane.ts";
import { degradedLight } from "./degrade.ts";

/** How a low image follows from a sharp one, without noise. */
export interface LightFit {
  /** Standard deviation of the blur, in pixels of the sharp image. */
  readonly sigmaPx: number;
  /** Power of the light that the low grey levels follow. */
  readonly exponent: number;
  readonly scale: number;
  readonly background: number;
}

export type Downsample = 1 | 2 | 4;

/** Light adds: no background is so bright that structure would have to be taken off it. */
export const LIGHT = { leastGain: 0 };

/** How far light reaches, in standard deviations of the blur; and the largest share of each edge that is left out for it. */
const RIM = { sigmas: 3, share: 1 / 5 };

/**
 * Width of the rim of low images that a fit leaves out, in their pixels. Where a field was cut out of a larger one, light from beside it falls in
 * there, which its own sharp image cannot explain.
 *
 * @param sigmaLowPx standard deviation of the blur in pixels of the low image; left out when it is not known yet
 */
export function rimOf({ height, width }: Plane, sigmaLowPx = Number.POSITIVE_INFINITY): number {
  return Math.min(Math.ceil(RIM.sigmas * sigmaLowPx), Math.floor(RIM.share * Math.min(height, width)));
}

/** A plane without its rim. */
export function withoutRim(plane: Plane, rimPx: number): Plane {
  const { height, width } = plane;
  return partOf(plane, { top: rimPx, left: rimPx, height: height - 2 * rimPx, width: width - 2 * rimPx });
}

/** Fields that were recorded twice, and the width of the rim of the low images that does not count, in their pixels. */
export interface FittedPairs {
  readonly pairs: readonly { readonly high: Plane; readonly low: Plane }[];
  readonly rimPx: number;
}

/** Where a function of one variable is least between two ends, by golden section. */
function goldenSection(cost: (x: number) => number, low: number, high: number, steps: number): number {
  const ratio = (Math.sqrt(5) - 1) / 2;
  let [a, b] = [low, high];
  let [x1, x2] = [b - ratio * (b - a), a + ratio * (b - a)];
  let [f1, f2] = [cost(x1), cost(x2)];
  for (let step = 0; step < steps; step++)
    if (f1 < f2) {
      [b, x2, f2] = [x2, x1, f1];
      x1 = b - ratio * (b - a);
      f1 = cost(x1);
    } else {
      [a, x1, f1] = [x1, x2, f2];
      x2 = a + ratio * (b - a);
      f2 = cost(x2);
    }
  return (a + b) / 2;
}

const tried = [0, 0.4, 0.6, 0.85, 1.2, 1.7, 2.4, 3.4, 4.8, 6.8, 9.6];

/**
 * Blur between images of the same fields: the σ whose blurred sharp images, each with its own scale and background, lie nearest to
 * the low ones (least squares; the noise of the low images does not pull it either way).
 *
 * A sharp image with noise of its own makes σ too large, since blurring cleans it.
 */
export function pairedSigmaPx({ pairs, rimPx }: FittedPairs, downsample: Downsample, exponent = 1): number {
  const seen = pairs.map(({ high, low }) => ({ high, low: withoutRim(low, rimPx) }));
  const cost = (sigmaPx: number) =>
    seen.reduce((sum, { high, low }) => {
      const light = degradedLight(high, { blur: { sigmaPx }, downsample, exponent, peakPhotons: 1 });
      const blurred = withoutRim(light, rimPx);
      return sum + Math.log(Math.max(1e-30, affineFit(low, blurred, LIGHT).meanSquare));
    }, 0);
  const costs: number[] = [];
  for (const sigma of tried) {
    costs.push(cost(sigma * downsample));
    // Past the minimum the cost only rises; wide blurs are slow, so they are tried only when they may be the answer.
    if (costs.length > 2 && costs.at(-1)! > costs.at(-2)! && costs.at(-2)! > costs.at(-3)!) break;
  }
  const best = costs.indexOf(Math.min(...costs));
  const low = tried[Math.max(0, best - 1)]! * downsample;
  const high = tried[Math.min(tried.length - 1, best + 1)]! * downsample;
  const found = goldenSection(cost, low, high, 10);
  // No blur at all is the end of the range, which the section only approaches.
  return best === 0 && costs[0]! <= cost(found) ? 0 : found;
}

/** Powers of the light that recordings are taken to follow, from compressed to stretched. */
const exponents = { least: 0.5, most: 2 };

/**
 * Power of the light that the low grey levels follow, at a given blur: least squares, each pair with its own scale and background.
 *
 * Two recordings of one field are seldom proportional where software has rescaled them for viewing.
 */
export function pairedExponent({ pairs, rimPx }: FittedPairs, sigmaPx: number, downsample: Downsample): number {
  const seen = pairs.map(({ high, low }) => ({
    light: withoutRim(degradedLight(high, { blur: { sigmaPx }, downsample, peakPhotons: 1 }), rimPx),
    low: withoutRim(low, rimPx),
  }));
  const cost = (exponent: number) =>
    seen.reduce((sum, { light, low }) => {
      const bent = { ...light, data: light.data.map((value) => Math.max(0, value) ** exponent) };
      return sum + Math.log(Math.max(1e-30, affineFit(low, bent, LIGHT).meanSquare));
    }, 0);
  return goldenSection(cost, exponents.least, exponents.most, 14);
}

/** Mean power spectrum of equally large planes. */
function meanSpectrum(planes: readonly Plane[]) {
  const spectra = planes.map((plane) => powerSpectrum(plane));
  const { frequencyCyclesPerPx } = spectra[0]!;
  return {
    frequencyCyclesPerPx,
    power: frequencyCyclesPerPx.map((_, k) => spectra.reduce((sum, { power }) => sum + power[k]!, 0) / spectra.length),
  };
}

/**
 * Blur between images of different fields of the same kind of specimen, from their mean power spectra:
 * ln[(P_low − N_low) / (P_high − N_high)] = 2 ln scale − 4π² σ² f², with the noise floors N taken off, over the frequencies at which
 * both stand clear of their noise.
 *
 * Rests on the two sets showing the same kind of structure at the same density; what differs goes into σ and scale.
 *
 * @param noise mean variance of pixel noise in each set
 * @returns `undefined` when too few frequencies stand clear of the noise
 */
export function unpairedLight(
  high: readonly Plane[],
  low: readonly Plane[],
  downsample: Downsample,
  noise: { readonly high: number; readonly low: number },
): LightFit | undefined {
  const side = low[0]!.height;
  const coarse = downsample === 1 ? high : high.map((plane) => resizePlane(plane, side, side, { method: "area" }));
  const sharp = meanSpectrum(coarse);
  const seen = meanSpectrum(low);
  const sharpFloor = noise.high / downsample ** 2;
  let [w, x, y, xx, xy, count] = [0, 0, 0, 0, 0, 0];
  for (let k = 2; k < seen.power.length; k++) {
    const f = seen.frequencyCyclesPerPx[k]!;
    const [signal, source] = [seen.power[k]! - noise.low, sharp.power[k]! - sharpFloor];
    // From the first frequency that drowns in noise on, structure and noise cannot be told apart.
    if (f > 0.4 || signal < 0.5 * noise.low || source < 0.5 * sharpFloor) break;
    const weight = k / (1 + (noise.low / signal) ** 2);
    const square = f * f;
    const ratio = Math.log(signal / source);
    w += weight;
    x += weight * square;
    y += weight * ratio;
    xx += weight * square * square;
    xy += weight * square * ratio;
    count++;
  }
  if (count < 5) return undefined;
  const slope = (xy - (x * y) / w) / (xx - (x * x) / w);
  const scale = Math.exp((y - slope * x) / w / 2);
  const mean = (planes: readonly Plane[]) =>
    planes.reduce((sum, { data }) => sum + data.reduce((a, b) => a + b, 0) / data.length, 0) / planes.length;
  return {
    exponent: 1,
    sigmaPx: (downsample * Math.sqrt(Math.max(0, -slope))) / (2 * Math.PI),
    scale,
    background: mean(low) - scale * mean(high),
  };
}
