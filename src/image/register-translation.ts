import { DataError } from "../core/errors.ts";
import type { Plane } from "../core/plane.ts";
import { type ComplexPlane, fft2d, inverseFft2d } from "./fft2d.ts";
import { requireSameSize } from "./require-same-size.ts";

/** A shift of a plane's content, in pixels; positive is down and to the right. */
export interface Translation {
  readonly dyPx: number;
  readonly dxPx: number;
}

/** The shift that brings one image onto another, and how well they then agree. */
export interface RegisteredTranslation extends Translation {
  /** Pearson correlation of the two after the (periodic) shift, −1 … 1; 0 when either is of one value. */
  readonly correlation: number;
}

export interface RegistrationOptions {
  /** Steps per pixel: 1 finds whole pixels, 10 tenths of a pixel. */
  readonly upsampling?: number;
  /**
   * `"none"`: plain cross-correlation, which holds out against noise. `"phase"`: every frequency counts alike, which holds out against
   * uneven illumination.
   */
  readonly normalization?: "none" | "phase";
  /** The largest shift along either axis that is considered; without it half of the image. */
  readonly maximumPx?: number;
}

/**
 * The shift to apply to `moving` so that it lies on `reference`, from the peak of their cross-correlation.
 *
 * The correlation is made by Fourier transforms and so is periodic: opposite borders touch. The whole-pixel peak is found first; then
 * the transform is evaluated on a finer grid around it alone. As `skimage.registration.phase_cross_correlation(reference, moving,
 * upsample_factor, normalization)`, with another default for the normalization.
 *
 * @throws {@link ShapeError} when the sizes differ
 * @throws {@link DataError} when the upsampling is not a positive integer
 * @see Guizar-Sicairos, Thurman & Fienup, Opt. Lett. 33, 156–158 (2008); Kuglin & Hines (1975) for the phase
 */
export function registerTranslation(
  reference: Plane,
  moving: Plane,
  { upsampling = 1, normalization = "none", maximumPx = Number.POSITIVE_INFINITY }: RegistrationOptions = {},
): RegisteredTranslation {
  requireSameSize("registerTranslation", reference, moving);
  if (!(Number.isInteger(upsampling) && upsampling >= 1))
    throw new DataError({
      where: "registerTranslation.upsampling",
      expected: "a positive whole number of steps per pixel",
      received: `${upsampling}`,
    });

  const first = fft2d(reference);
  const second = fft2d(moving);
  const product = crossSpectrum(first, second);
  const weighted = normalization === "phase" ? phaseOnly(product) : product;

  const coarse = wholePixelPeak(inverseFft2d(weighted), maximumPx);
  const shift = upsampling === 1 ? coarse : finePeak(weighted, coarse, upsampling);
  return { ...shift, correlation: pearson(first, second, product, shift) };
}

/** F · conj(G). */
function crossSpectrum(f: ComplexPlane, g: ComplexPlane): ComplexPlane {
  const re = f.re.map((real, i) => real * g.re[i]! + f.im[i]! * g.im[i]!);
  const im = f.re.map((real, i) => f.im[i]! * g.re[i]! - real * g.im[i]!);
  return { ...f, re, im };
}

/** Every coefficient brought to size 1; those that are rounding alone stay small (as in scikit-image). */
function phaseOnly({ re, im, height, width }: ComplexPlane): ComplexPlane {
  const size = re.map((real, i) => Math.max(Math.hypot(real, im[i]!), 100 * Number.EPSILON));
  return { re: re.map((real, i) => real / size[i]!), im: im.map((value, i) => value / size[i]!), height, width };
}

/** Place of index `i` on a periodic axis as a shift: the second half counts from behind. */
function signed(i: number, length: number): number {
  return i > Math.floor(length / 2) ? i - length : i;
}

function wholePixelPeak({ re, im, height, width }: ComplexPlane, maximumPx: number): Translation {
  let best = { dyPx: 0, dxPx: 0 };
  let highest = -1;
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++, i++) {
      const size = re[i]! ** 2 + im[i]! ** 2;
      if (!(size > highest)) continue;
      const place = { dyPx: signed(y, height), dxPx: signed(x, width) };
      if (Math.abs(place.dyPx) > maximumPx || Math.abs(place.dxPx) > maximumPx) continue;
      [best, highest] = [place, size];
    }
  return best;
}

/** Peak of the correlation on a grid of 1/`steps` pixels, within ¾ pixel of the whole-pixel one. */
function finePeak(product: ComplexPlane, coarse: Translation, steps: number): Translation {
  const count = Math.ceil(1.5 * steps);
  const middle = Math.trunc(count / 2);
  const shifts = (centre: number) => Array.from({ length: count }, (_, k) => centre + (k - middle) / steps);
  const [down, across] = [shifts(coarse.dyPx), shifts(coarse.dxPx)];
  let best = coarse;
  let highest = -1;
  for (const dyPx of down) {
    const row = turnedColumns(product, dyPx);
    for (const dxPx of across) {
      const [re, im] = turnedSum(row.re, row.im, dxPx);
      const size = re * re + im * im;
      if (size > highest) [best, highest] = [{ dyPx, dxPx }, size];
    }
  }
  return best;
}

/** Σ over ky of P(ky, kx) e^(2πi fy dy), one value per kx. */
function turnedColumns({ re, im, height, width }: ComplexPlane, dyPx: number) {
  const row = { re: new Float64Array(width), im: new Float64Array(width) };
  for (let y = 0; y < height; y++) {
    const angle = (2 * Math.PI * frequency(y, height) * dyPx) / height;
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    for (let x = 0, i = y * width; x < width; x++, i++) {
      row.re[x]! += re[i]! * cos - im[i]! * sin;
      row.im[x]! += re[i]! * sin + im[i]! * cos;
    }
  }
  return row;
}

function turnedSum(re: Float64Array, im: Float64Array, dxPx: number): [re: number, im: number] {
  const width = re.length;
  let [sumRe, sumIm] = [0, 0];
  for (let x = 0; x < width; x++) {
    const angle = (2 * Math.PI * frequency(x, width) * dxPx) / width;
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    sumRe += re[x]! * cos - im[x]! * sin;
    sumIm += re[x]! * sin + im[x]! * cos;
  }
  return [sumRe, sumIm];
}

/** Cycles per axis of coefficient k; the highest one of an even axis is negative, as in `numpy.fft.fftfreq`. */
function frequency(k: number, length: number): number {
  return k < length / 2 ? k : k - length;
}

/** Correlation of what is left of both images without their means, by Parseval. */
function pearson(f: ComplexPlane, g: ComplexPlane, product: ComplexPlane, { dyPx, dxPx }: Translation): number {
  const withoutMean = { ...product, re: product.re.slice() };
  withoutMean.re[0] = 0;
  const row = turnedColumns(withoutMean, dyPx);
  const [covariance] = turnedSum(row.re, row.im, dxPx);
  const energy = ({ re, im }: ComplexPlane) =>
    re.reduce((sum, real, i) => sum + real * real + im[i]! * im[i]!, 0) - re[0]! ** 2 - im[0]! ** 2;
  const scale = Math.sqrt(energy(f) * energy(g));
  return scale > 0 ? covariance / scale : 0;
}
