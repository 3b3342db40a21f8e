import type { Plane } from "../../core/plane.ts";
import { percentile } from "../../image/percentile.ts";
import { clippedTransfer, type Limits } from "./clipped-noise.ts";
import type { PhotonTransfer } from "./noise-line.ts";

/** Brightness classes, and how many 2 × 2 blocks each needs. */
const BINS = 24;
const FEWEST_BLOCKS = 60;
/** Classes with more cut-off blocks than this say too little noise, since the tails are missing. */
const CUT_SHARE = 0.03;

/** Values at which an image is cut off: its smallest and largest, when more than a thousandth of its pixels lie there. */
function limitsOf({ data }: Plane): Limits {
  let [low, high, atLow, atHigh] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 0];
  for (const value of data) {
    if (value < low) [low, atLow] = [value, 0];
    if (value > high) [high, atHigh] = [value, 0];
    if (value === low) atLow++;
    if (value === high) atHigh++;
  }
  const many = data.length / 1000;
  return {
    low: atLow > many ? low : Number.NEGATIVE_INFINITY,
    high: atHigh > many ? high : Number.POSITIVE_INFINITY,
  };
}

/**
 * Photon transfer of images: how the variance of pixel noise grows with brightness.
 *
 * The noise of a 2 × 2 block is its diagonal Haar coefficient, which smooth structure leaves near 0. Blocks are sorted into
 * classes of brightness; a line is fitted to the variances, each weighted by its own accuracy. Blocks with cut-off pixels are left
 * out, and so are classes with many of them; where most have, the cutting itself is part of the model. Noise that is correlated between neighbours looks smaller than it is.
 *
 * @param images the noisy image (or what is left of it after subtracting the light), and the light that was expected
 * @param options.robust take the median of the squares in a class instead of their mean: for images whose structure is still in
 * @returns `undefined` when there are too few blocks
 * @see Janesick, Photon Transfer (2007)
 */
export function photonTransfer(
  images: readonly { readonly noisy: Plane; readonly expected: Plane; readonly raw?: Plane }[],
  { robust = false }: { readonly robust?: boolean } = {},
): PhotonTransfer | undefined {
  const blocks: { readonly value: number; readonly square: number; readonly isCut: boolean }[] = [];
  let limits: Limits = { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };
  for (const { noisy, expected, raw = noisy } of images) {
    const { width, height, data } = noisy;
    const { low, high } = limitsOf(raw);
    limits = { low: Math.max(limits.low, low), high: Math.min(limits.high, high) };
    for (let y = 0; y + 1 < height; y += 2)
      for (let x = 0; x + 1 < width; x += 2) {
        const i = y * width + x;
        const corners = [i, i + 1, i + width, i + width + 1];
        const isCut = corners.some((k) => raw.data[k]! <= low || raw.data[k]! >= high);
        const haar = (data[i]! - data[i + 1]! - data[i + width]! + data[i + width + 1]!) / 2;
        blocks.push({ value: corners.reduce((sum, k) => sum + expected.data[k]!, 0) / 4, square: haar * haar, isCut });
      }
  }
  if (blocks.length < 2 * FEWEST_BLOCKS) return undefined;
  blocks.sort((a, b) => a.value - b.value);
  const bins = Math.min(BINS, Math.floor(blocks.length / FEWEST_BLOCKS));
  const classes = Array.from({ length: bins }, (_, bin) => {
    const all = blocks.slice(Math.floor((bin * blocks.length) / bins), Math.floor(((bin + 1) * blocks.length) / bins));
    const kept = all.filter(({ isCut }) => !isCut);
    const meanOf = (blocksOf: typeof all, of: (block: (typeof all)[number]) => number) =>
      blocksOf.reduce((sum, block) => sum + of(block), 0) / blocksOf.length;
    const squares = kept.map(({ square }) => square);
    return {
      cutShare: 1 - kept.length / all.length,
      value: meanOf(kept, ({ value }) => value),
      // The median of χ² with one degree of freedom is 0.4549.
      variance: robust ? percentile(squares, 50) / 0.4549 : meanOf(kept, ({ square }) => square),
      count: kept.length,
      withCut: {
        value: meanOf(all, ({ value }) => value),
        variance: meanOf(all, ({ square }) => square),
        count: all.length,
      },
    };
  });
  const whole = classes.filter(({ cutShare, count }) => cutShare <= CUT_SHARE && count > 0);
  const points = whole.length > 1 ? whole : classes.filter(({ count }) => count >= FEWEST_BLOCKS / 2);
  const transfer = points.length > 0 ? line(points) : undefined;
  if (whole.length >= bins / 2) return transfer;
  // Most classes are cut: what is left does not show how the noise falls towards the dark.
  return clippedTransfer(
    classes.map(({ withCut }) => withCut),
    limits,
    transfer ?? { slope: 0, intercept: 0 },
  );
}

/** Weighted straight line with slope ≥ 0; the variance of a variance is 2 s⁴ / n, with s² from the round before. */
function line(points: readonly { value: number; variance: number; count: number }[]): PhotonTransfer {
  const typical = points.reduce((sum, { variance }) => sum + variance, 0) / points.length;
  let fit: PhotonTransfer = { slope: 0, intercept: typical };
  for (let round = 0; round < 6; round++) {
    let [w, x, y, xx, xy] = [0, 0, 0, 0, 0];
    for (const { value, variance, count } of points) {
      const guess = round === 0 ? variance : fit.slope * value + fit.intercept;
      const weight = count / Math.max(guess, 0.02 * typical, 1e-12) ** 2;
      w += weight;
      x += weight * value;
      y += weight * variance;
      xx += weight * value * value;
      xy += weight * value * variance;
    }
    const spread = xx - (x * x) / w;
    const slope = spread > 0 ? Math.max(0, (xy - (x * y) / w) / spread) : 0;
    fit = { slope, intercept: (y - slope * x) / w };
  }
  return fit;
}
