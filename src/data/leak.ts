/**
 * Images that two datasets share: equal pixels, or the same field again (other contrast, noise, compression, or moved a little).
 *
 * Two images are shrunk by one factor, their slow shading is removed, and the normalised cross-correlation is computed for every shift
 * that leaves enough overlap. All of it is a handful of Fourier transforms, because sums over the overlap are correlations with the masks.
 * Pairs that look alike are then compared four times finer around their best shift: chance likeness fades there, the same field stays.
 *
 * Not done: rotated, mirrored or differently magnified copies; small cut-outs of images more than about three times as large.
 *
 * @see Padfield, "Masked object registration in the Fourier domain", IEEE Trans. Image Process. 21, 2706 (2012)
 */
import type { Plane } from "../core/plane.ts";
import { stopIfCancelled, type WorkOptions } from "../core/progress.ts";
import { type ComplexPlane, fft2d, inverseFft2d } from "../image/fft2d.ts";
import { gaussianBlur } from "../image/gaussian-blur.ts";
import { resizePlane } from "../image/resize-plane.ts";
import { imageHash } from "./content-hash.ts";
import type { Dataset } from "./dataset.ts";
import { channelPlane, type Image } from "./image.ts";

/** Two images that are, or seem to be, one. */
export interface Leak {
  /** Name in the first dataset. */
  readonly a: string;
  /** Name in the second dataset. */
  readonly b: string;
  /** `"equal"`: the same pixels; `"near"`: the same field by correlation. */
  readonly kind: "equal" | "near";
  /** Normalised cross-correlation at the best shift; 1 for equal pixels. */
  readonly correlation: number;
  /** Where the top left corner of `b` lies in `a`, in pixels, to the precision of the shrunken images. */
  readonly shift: readonly [y: number, x: number];
}

/** What counts as the same field, and how hard to look. */
export interface LeakOptions extends WorkOptions {
  /**
   * Correlation from which two images count as one field; default 0.94. Lower finds more, and more that are none: unrelated blood smears
   * reach 0.92, shifted and noisy copies of nuclei images 0.97.
   */
  readonly correlation?: number;
  /** Share of the smaller image that must lie in the other. */
  readonly overlap?: number;
  /** Beyond this number of pairs only equal images are looked for. */
  readonly maxPairs?: number;
}

/** A shrunken image as the transforms that every comparison needs. */
interface Thumbnail {
  readonly area: number;
  readonly variance: number;
  /** Transforms of the values, their squares and the mask, padded with zeros. */
  readonly spectra: readonly [values: ComplexPlane, squares: ComplexPlane, mask: ComplexPlane];
}

/** An image with its thumbnails at the factors that were asked for. */
interface Compared {
  readonly name: string;
  readonly hash: string;
  readonly longestEdge: number;
  readonly thumbnail: (factor: number) => Thumbnail;
  /** The same picture, finer, for the second look. */
  readonly fine: (factor: number) => Plane;
}

const largestEdge = 32;
const padded = 2 * largestEdge;
/** Fewer shrunken pixels than this correlate by chance. */
const fewestPixels = 100;
/** Coarse correlation from which a pair gets a second look, and how much finer that is. */
const candidate = 0.85;
const finer = 4;

/** Factor by which two images are shrunk, half an octave at a time so that few different ones occur. */
function shrinkage(longestEdge: number): number {
  return 2 ** (Math.ceil(2 * Math.log2(Math.max(1, longestEdge / largestEdge))) / 2);
}

function shrunk(plane: Plane, factor: number): Plane {
  const edge = (length: number) => Math.max(1, Math.round(length / factor));
  return resizePlane(plane, edge(plane.height), edge(plane.width), { method: "area" });
}

/**
 * Bright and dim parts brought closer by a square root, slow shading removed, and a slight blur, so that a shift by half a pixel of the
 * shrunken image does little.
 */
function evenedOut(small: Plane, { blur, shading }: { blur: number; shading: number }): Plane {
  const lowest = small.data.reduce((low, value) => Math.min(low, value), Number.POSITIVE_INFINITY);
  const root = { ...small, data: small.data.map((value) => Math.sqrt(value - lowest)) };
  const slow = gaussianBlur(root, shading).data;
  const soft = gaussianBlur(root, blur);
  return { ...soft, data: soft.data.map((value, i) => value - slow[i]!) };
}

/** Spectrum of a plane in the corner of a square of zeros. */
function spectrum({ data, height, width }: Plane, of: (value: number) => number): ComplexPlane {
  const square = new Float32Array(padded * padded);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) square[y * padded + x] = of(data[y * width + x]!);
  return fft2d({ data: square, height: padded, width: padded });
}

function thumbnailOf(plane: Plane): Thumbnail {
  const area = plane.data.length;
  const variance = plane.data.reduce((sum, value) => sum + value * value, 0) / area;
  return {
    area,
    variance,
    spectra: [spectrum(plane, (v) => v), spectrum(plane, (v) => v * v), spectrum(plane, () => 1)],
  };
}

function compared(name: string, image: Image): Compared {
  const longestEdge = Math.max(image.height, image.width);
  // The finest version that any comparison can ask for is made at once, and the coarser ones from it: the image itself is let go.
  const finest = Math.max(1, shrinkage(longestEdge) / finer);
  const small = shrunk(channelPlane(image), finest);
  const thumbnails = new Map<number, Thumbnail>();
  return {
    name,
    hash: imageHash(image),
    longestEdge,
    thumbnail(factor) {
      const known = thumbnails.get(factor);
      if (known) return known;
      const made = thumbnailOf(evenedOut(shrunk(small, factor / finest), { blur: 0.7, shading: 4 }));
      thumbnails.set(factor, made);
      return made;
    },
    fine: (factor) => evenedOut(shrunk(small, factor / finest), { blur: 1.5, shading: 16 }),
  };
}

/** Two correlations for the price of one transform: of `a` with `b` in the real part, of `c` with `d` in the imaginary part. */
function correlations(a: ComplexPlane, b: ComplexPlane, c: ComplexPlane, d: ComplexPlane): ComplexPlane {
  const product: ComplexPlane = {
    re: new Float64Array(padded * padded),
    im: new Float64Array(padded * padded),
    height: padded,
    width: padded,
  };
  for (let i = 0; i < product.re.length; i++) {
    const reAb = a.re[i]! * b.re[i]! + a.im[i]! * b.im[i]!;
    const imAb = a.im[i]! * b.re[i]! - a.re[i]! * b.im[i]!;
    const reCd = c.re[i]! * d.re[i]! + c.im[i]! * d.im[i]!;
    const imCd = c.im[i]! * d.re[i]! - c.re[i]! * d.im[i]!;
    product.re[i] = reAb - imCd;
    product.im[i] = imAb + reCd;
  }
  return inverseFft2d(product);
}

/** Largest normalised cross-correlation over all shifts with enough overlap, and the shift of `b` in `a`. */
function bestCorrelation(a: Thumbnail, b: Thumbnail, overlap: number): { correlation: number; y: number; x: number } {
  const [valuesA, squaresA, maskA] = a.spectra;
  const [valuesB, squaresB, maskB] = b.spectra;
  const { re: products, im: counts } = correlations(valuesA, valuesB, maskA, maskB);
  const { re: sumsA, im: sumsB } = correlations(valuesA, maskB, maskA, valuesB);
  const { re: powersA, im: powersB } = correlations(squaresA, maskB, maskA, squaresB);
  const least = Math.max(fewestPixels, overlap * Math.min(a.area, b.area));
  let best = { correlation: 0, y: 0, x: 0 };
  for (let i = 0; i < products.length; i++) {
    const n = counts[i]!;
    if (n < least - 0.5) continue;
    const varianceA = powersA[i]! / n - (sumsA[i]! / n) ** 2;
    const varianceB = powersB[i]! / n - (sumsB[i]! / n) ** 2;
    // An overlap of empty background says nothing.
    if (varianceA < 0.25 * a.variance || varianceB < 0.25 * b.variance) continue;
    const covariance = products[i]! / n - (sumsA[i]! / n) * (sumsB[i]! / n);
    const correlation = covariance / Math.sqrt(varianceA * varianceB);
    if (correlation <= best.correlation) continue;
    const signed = (position: number) => (position < padded / 2 ? position : position - padded);
    best = { correlation, y: signed(Math.floor(i / padded)), x: signed(i % padded) };
  }
  return best;
}

/** Normalised cross-correlation of the overlap when `b` lies at (y0, x0) in `a`. */
function correlationAt(a: Plane, b: Plane, y0: number, x0: number): number {
  let [n, sumA, sumB, sumAa, sumBb, sumAb] = [0, 0, 0, 0, 0, 0];
  for (let y = Math.max(0, y0); y < Math.min(a.height, y0 + b.height); y++)
    for (let x = Math.max(0, x0); x < Math.min(a.width, x0 + b.width); x++) {
      const valueA = a.data[y * a.width + x]!;
      const valueB = b.data[(y - y0) * b.width + x - x0]!;
      n++;
      sumA += valueA;
      sumB += valueB;
      sumAa += valueA * valueA;
      sumBb += valueB * valueB;
      sumAb += valueA * valueB;
    }
  return (n * sumAb - sumA * sumB) / Math.sqrt((n * sumAa - sumA ** 2) * (n * sumBb - sumB ** 2));
}

/** Best correlation of two finer planes around a shift that the coarse ones gave. */
function refined(a: Plane, b: Plane, y0: number, x0: number): { correlation: number; y: number; x: number } {
  let best = { correlation: 0, y: y0, x: x0 };
  for (let y = y0 - finer; y <= y0 + finer; y++)
    for (let x = x0 - finer; x <= x0 + finer; x++) {
      const correlation = correlationAt(a, b, y, x);
      if (correlation > best.correlation) best = { correlation, y, x };
    }
  return best;
}

/**
 * Images of `b` that are in `a` too: with equal pixels, or as nearly the same field.
 *
 * @returns for each image of `b` its best partner in `a`, equal ones first; nothing for images without one
 */
export async function findLeaks(a: Dataset, b: Dataset, options: LeakOptions = {}): Promise<Leak[]> {
  const { correlation: threshold = 0.94, overlap = 0.5, maxPairs = 250_000, signal, onProgress } = options;
  const looksForNear = a.length * b.length <= maxPairs;
  const others: Compared[] = [];
  for (let i = 0; i < b.length; i++) {
    const { name, image } = await b.get(i);
    others.push(compared(name, image));
  }
  const best = new Map<string, Leak>();
  for (let i = 0; i < a.length; i++) {
    stopIfCancelled(signal, `comparing ${a.name} with ${b.name}`);
    onProgress?.({ stage: "looking for images that are in both sets", done: i, total: a.length });
    const { name, image } = await a.get(i);
    const own = compared(name, image);
    for (const other of others) {
      const known = best.get(other.name);
      if (known?.kind === "equal") continue;
      if (own.hash === other.hash) {
        best.set(other.name, { a: name, b: other.name, kind: "equal", correlation: 1, shift: [0, 0] });
        continue;
      }
      if (!looksForNear) continue;
      const factor = shrinkage(Math.max(own.longestEdge, other.longestEdge));
      const coarse = bestCorrelation(own.thumbnail(factor), other.thumbnail(factor), overlap);
      if (coarse.correlation < candidate) continue;
      const step = Math.max(1, factor / finer);
      const zoom = factor / step;
      const [nearY, nearX] = [Math.round(coarse.y * zoom), Math.round(coarse.x * zoom)];
      const { correlation, y, x } = refined(own.fine(step), other.fine(step), nearY, nearX);
      if (correlation < threshold || correlation <= (known?.correlation ?? 0)) continue;
      const shift = [Math.round(y * step), Math.round(x * step)] as const;
      best.set(other.name, { a: name, b: other.name, kind: "near", correlation, shift });
    }
  }
  return [...best.values()].sort((p, q) => q.correlation - p.correlation);
}
