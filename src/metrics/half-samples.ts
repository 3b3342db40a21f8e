import type { Random } from "../core/random.ts";
import { percentileInterval } from "./bootstrap.ts";
import type { Rows } from "./feature-measure.ts";

/**
 * Intervals for measures between sets, from halves drawn without replacement.
 *
 * A common bootstrap draws with replacement, so images appear twice. Such pairs have distance zero: they shrink every nearest
 * neighbour, add the kernel of an image with itself, and make covariances singular. Half of a set drawn without replacement repeats
 * nothing, and for a mean its variance about the whole is σ²/(n/2) · (1 − ½) = σ²/n: just that of the whole about the truth. What is
 * biased at half the size is put right by moving the replicates so that their mean is the value of the whole sets.
 *
 * Where two sets hardly differ, a kernel distance varies with 1/n² rather than 1/n, and its interval from halves is up to √3 too wide:
 * it errs on the side of "cannot tell".
 *
 * @see Politis, Romano & Wolf, "Subsampling", 1999; Shao & Wu, Ann. Statist. 17, 1176–1197 (1989), delete-d jackknife
 */

export interface HalfSampleOptions {
  /** Random halves; the ends of an interval wobble by some 5 % of its width at 200. */
  readonly resamples?: number;
  /** Share of studies whose interval should hold the truth. */
  readonly confidence?: number;
}

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** Random part of some rows, without replacement; with `parts` of them, they have nothing in common. */
export function randomParts(rows: Rows, size: number, random: Random, parts = 1): Rows[] {
  const drawn = rows.slice();
  for (let i = 0; i < parts * size; i++) {
    const j = i + random.integer(drawn.length - i);
    [drawn[i], drawn[j]] = [drawn[j]!, drawn[i]!];
  }
  return Array.from({ length: parts }, (_, part) => drawn.slice(part * size, (part + 1) * size));
}

/** Interval about a value from replicates at half the size, inside what the measure can be. */
export function intervalAbout(
  value: number,
  replicates: Float64Array,
  { confidence = 0.95 }: HalfSampleOptions,
  [lowest, highest]: readonly [number, number],
): Interval {
  const shift = value - mean(replicates);
  const { low, high } = percentileInterval(replicates, confidence);
  return {
    low: Math.max(lowest, Math.min(value, low + shift)),
    high: Math.min(highest, Math.max(value, high + shift)),
  };
}

export function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / values.length;
}
