import { errorFunction } from "../psf/gaussian-spot.ts";
import type { PhotonTransfer } from "./noise-line.ts";

/** Where a converter, or a program that rescaled the image, cuts values off. */
export interface Limits {
  readonly low: number;
  readonly high: number;
}

/** More photons than this are as good as normally distributed. */
const FEW_PHOTONS = 40;

/** Mean and mean square of a normal deviate after cutting it off. */
function cutNormal(mean: number, sd: number, { low, high }: Limits): [mean: number, square: number] {
  if (sd < 1e-9) {
    const value = Math.min(high, Math.max(low, mean));
    return [value, value * value];
  }
  const [a, b] = [(low - mean) / sd, (high - mean) / sd];
  const share = (z: number) => (1 + errorFunction(z / Math.SQRT2)) / 2;
  const density = (z: number) => (Number.isFinite(z) ? Math.exp(-z * z * 0.5) / Math.sqrt(2 * Math.PI) : 0);
  const weighted = (z: number) => (Number.isFinite(z) ? z * density(z) : 0);
  const inside = share(b) - share(a);
  const first = density(a) - density(b); // E[z], and below E[z²], over the part that is not cut
  const second = inside + weighted(a) - weighted(b);
  const [below, above] = [share(a), 1 - share(b)];
  return [
    mean * inside +
      sd * first +
      (below > 0 && Number.isFinite(low) ? below * low : 0) +
      (above > 0 && Number.isFinite(high) ? above * high : 0),
    mean * mean * inside +
      2 * mean * sd * first +
      sd * sd * second +
      (Number.isFinite(low) ? below * low * low : 0) +
      (Number.isFinite(high) ? above * high * high : 0),
  ];
}

/** Variance of a pixel of expected value `value` with Poisson and read noise, after its values were cut off. */
export function clippedVariance(value: number, { slope, intercept }: PhotonTransfer, limits: Limits): number {
  const read = Math.sqrt(Math.max(0, intercept));
  const photons = slope > 0 ? Math.max(0, value) / slope : Number.POSITIVE_INFINITY;
  if (photons > FEW_PHOTONS) {
    const [mean, square] = cutNormal(value, Math.sqrt(Math.max(0, slope * value) + read * read), limits);
    return Math.max(0, square - mean * mean);
  }
  let [mean, square] = [0, 0];
  let chance = Math.exp(-photons);
  for (let k = 0; k < 2 * FEW_PHOTONS + 30; k++) {
    const [m, s] = cutNormal(k * slope, read, limits);
    mean += chance * m;
    square += chance * s;
    chance *= photons / (k + 1);
  }
  return Math.max(0, square - mean * mean);
}

/**
 * Photon transfer of images whose dark or bright pixels are cut off: the line whose variances, after cutting, are those seen.
 *
 * Dim pixels of a photon-counting image are mostly 0 by nature, so leaving them out (as one does with saturated pixels) would tell
 * nothing of the dark. Fitted by pattern search on the logarithms of both numbers.
 *
 * @param classes expected value, variance seen, and weight of each class of brightness
 * @param start where the search begins
 */
export function clippedTransfer(
  classes: readonly { readonly value: number; readonly variance: number; readonly count: number }[],
  limits: Limits,
  start: PhotonTransfer,
): PhotonTransfer {
  const typical = classes.reduce((sum, { variance }) => sum + variance, 0) / classes.length;
  const brightest = classes.reduce((most, { value }) => Math.max(most, value), 0) || 1;
  const lineOf = ([a, b]: readonly [number, number]): PhotonTransfer => ({
    slope: Math.exp(a),
    intercept: Math.exp(b),
  });
  const cost = (point: readonly [number, number]) => {
    const line = lineOf(point);
    return classes.reduce((sum, { value, variance, count }) => {
      const [seen, made] = [Math.sqrt(variance), Math.sqrt(clippedVariance(value, line, limits))];
      return sum + (count * (seen - made) ** 2) / (seen * made + 0.01 * typical);
    }, 0);
  };
  let best: [number, number] = [
    Math.log(Math.max(start.slope, (0.3 * typical) / brightest)),
    Math.log(Math.max(start.intercept, 1e-3 * typical)),
  ];
  let least = cost(best);
  for (let step = 1; step > 0.01; ) {
    const [a, b] = best;
    const tried: [number, number][] = [
      [a + step, b],
      [a - step, b],
      [a, b + 2 * step],
      [a, b - 2 * step],
      [a + step, b - 2 * step],
      [a - step, b + 2 * step],
    ];
    const costs = tried.map((point) => (point[1] < Math.log(1e-6 * typical) ? Number.POSITIVE_INFINITY : cost(point)));
    const winner = costs.indexOf(Math.min(...costs));
    if (costs[winner]! < least) [best, least] = [tried[winner]!, costs[winner]!];
    else step /= 2;
  }
  return lineOf(best);
}
