import { ShapeError, UnitError } from "../core/errors.ts";
import type { Plane } from "../core/plane.ts";
import { formatShape } from "../core/shape.ts";
import { fft2d } from "../image/fft2d.ts";
import { apodised } from "./apodised.ts";

/**
 * Decorrelation analysis: the resolution of a single image, without a second one and without a threshold on noise.
 *
 * The image is correlated with itself after all its Fourier coefficients were brought to size 1 and those beyond a radius r were put out:
 * d(r) = Σ_{R<r} |F| / √(Σ_{R<1} |F|² · N_{R<r}). While r takes in signal, d rises; once it takes in noise only, d falls. High-pass
 * filters of rising strength move the peak to ever higher frequencies, until only noise is left and there is none. The highest peak
 * frequency is the cut-off.
 *
 * @see Descloux, Grußmayer & Radenovic, Nat. Methods 16, 918–924 (2019)
 */

/** A peak counts when the curve falls by this much behind it. */
const FALL = 0.0005;
/** … and when it is at least this high. */
const LOWEST_PEAK = 0.05;
/** Strongest high-pass: standard deviation of the subtracted Gaussian. */
const STRONGEST_PX = 0.15;

export interface DecorrelationOptions {
  /** In the specimen plane. */
  readonly pixelSizeUm: number;
  /** Radii at which the curve is taken. */
  readonly radii?: number;
  /** High-pass filters of each of the two rounds, the second between the best of the first and the next stronger one. */
  readonly highPasses?: number;
  /** Width of the border over which the image fades to its mean. */
  readonly fadePx?: number;
}

/** Result of a decorrelation analysis. */
export interface Decorrelation {
  /** One over the cut-off frequency; absent where no curve has a peak. */
  readonly resolutionUm: number | undefined;
  /** The highest peak frequency as a share of the highest of the pixels, ½ cycle per pixel. */
  readonly cutOff: number | undefined;
  /** Height of the peak without high-pass, 0 … 1: what share of the image is signal. */
  readonly signal: number;
  /** The curve without high-pass, `[radii]`, at radii 0 … 1 of the highest frequency. */
  readonly radius: Float64Array;
  readonly correlation: Float64Array;
  /** Why there is no resolution. */
  readonly reason: string | undefined;
}

/** Peak of a curve: its place among the radii and its height; at 0 when there is none. */
interface Peak {
  readonly index: number;
  readonly height: number;
}

/**
 * Decorrelation analysis of an image.
 *
 * @throws {@link ShapeError} when the image has fewer than 32 pixels along an axis
 * @throws {@link UnitError} when the pixel size is not positive
 */
export function decorrelation(image: Plane, options: DecorrelationOptions): Decorrelation {
  const { pixelSizeUm, radii = 50, highPasses = 10, fadePx = 20 } = options;
  const { height, width } = image;
  if (!(pixelSizeUm > 0))
    throw new UnitError({
      where: "decorrelation.pixelSizeUm",
      expected: "a positive length in µm",
      received: `${pixelSizeUm}`,
    });
  if (Math.min(height, width) < 32)
    throw new ShapeError({
      where: "decorrelation",
      expected: "at least 32 pixels along either axis",
      received: formatShape([height, width]),
    });

  const spectrum = coefficients(apodised(image, Math.min(fadePx, Math.floor(Math.min(height, width) / 4))));
  const radius = spaced(0, 1, radii);
  const correlation = curve(spectrum, radius, undefined);
  const plain = peakOf(correlation);

  const candidates = [{ frequency: radius[plain.index]!, height: plain.height }];
  const search = (sigmas: readonly number[], at: Float64Array) =>
    sigmas.map((sigma) => {
      const { index, height: peak } = peakOf(curve(spectrum, at, sigma));
      const found = { frequency: index === 0 ? 0 : at[index]!, height: peak };
      candidates.push(found);
      return found.frequency;
    });

  // First round: from a filter that leaves nearly everything to one that leaves the finest grain alone.
  const weakest = plain.index > 0 ? 2 / radius[plain.index]! : Math.max(height, width) / 2;
  const sigmas = [height / 4, ...logSpaced(weakest, STRONGEST_PX, highPasses)];
  const frequencies = search(sigmas, radius);
  // Second round: finer, from the last filter whose peak lay farthest out to the next stronger one.
  const farthest = Math.max(candidates[0]!.frequency, ...frequencies);
  const best = Math.min(frequencies.lastIndexOf(farthest), sigmas.length - 2);
  const [from, to] = best < 0 ? [height, sigmas[0]!] : [sigmas[best]!, sigmas[best + 1]!];
  const step = radius[1]!;
  search(logSpaced(from, to, highPasses), spaced(Math.max(0, farthest - step), Math.min(1, farthest + 0.4), radii));

  const cutOff = Math.max(0, ...candidates.filter((peak) => peak.height >= LOWEST_PEAK).map((peak) => peak.frequency));
  return {
    resolutionUm: cutOff > 0 ? (2 * pixelSizeUm) / cutOff : undefined,
    cutOff: cutOff > 0 ? cutOff : undefined,
    signal: plain.height,
    radius,
    correlation,
    reason: cutOff > 0 ? undefined : "no curve has a peak: the image is noise, or blank",
  };
}

/** Fourier coefficients within the circle of the highest frequency: their size, and their radius as a share of it. */
interface Coefficients {
  readonly size: Float64Array;
  readonly radius: Float64Array;
}

function coefficients(image: Plane): Coefficients {
  const { height, width } = image;
  const { re, im } = fft2d(image);
  const size: number[] = [];
  const radius: number[] = [];
  for (let y = 0, i = 0; y < height; y++) {
    const fy = (2 * (y <= height / 2 ? y : y - height)) / height;
    for (let x = 0; x < width; x++, i++) {
      const r = Math.hypot(fy, (2 * (x <= width / 2 ? x : x - width)) / width);
      if (r >= 1 || i === 0) continue; // the mean is no structure
      size.push(Math.hypot(re[i]!, im[i]!));
      radius.push(r);
    }
  }
  return { size: Float64Array.from(size), radius: Float64Array.from(radius) };
}

/** d(r) at ascending radii, of the coefficients times 1 − e^(−2σ²R²) when a high-pass is given. */
function curve({ size, radius }: Coefficients, at: Float64Array, sigma: number | undefined): Float64Array {
  const sums = new Float64Array(at.length + 1);
  const counts = new Float64Array(at.length + 1);
  const [first, step] = [at[0]!, at[1]! - at[0]!];
  let energy = 0;
  for (let i = 0; i < size.length; i++) {
    const r = radius[i]!;
    const value = sigma === undefined ? size[i]! : size[i]! * (1 - Math.exp(-2 * sigma * sigma * r * r));
    energy += value * value;
    if (value === 0) continue;
    // The first radius that lies beyond r.
    const k = Math.min(at.length, Math.max(0, Math.floor((r - first) / step) + 1));
    sums[k]! += value;
    counts[k]! += 1;
  }
  let [sum, count] = [0, 0];
  return at.map((_, k) => {
    sum += sums[k]!;
    count += counts[k]!;
    return count > 0 && energy > 0 ? sum / Math.sqrt(energy * count) : 0;
  });
}

/**
 * The highest point with a fall behind it: points from the end are given up until the highest of the rest is neither the last nor within
 * rounding of what follows.
 */
function peakOf(values: Float64Array): Peak {
  for (let end = values.length; end > 1; end--) {
    let index = 0;
    for (let k = 1; k < end; k++) if (values[k]! > values[index]!) index = k;
    if (index === 0) return { index: 0, height: values[0]! };
    if (index === end - 1) continue;
    const lowest = values.subarray(index, end).reduce((low, value) => Math.min(low, value));
    if (values[index]! - lowest >= FALL) return { index, height: values[index]! };
  }
  return { index: 0, height: values[0]! };
}

function spaced(from: number, to: number, count: number): Float64Array {
  return Float64Array.from({ length: count }, (_, i) => from + ((to - from) * i) / (count - 1));
}

function logSpaced(from: number, to: number, count: number): number[] {
  return Array.from(spaced(Math.log(from), Math.log(to), count), Math.exp);
}
