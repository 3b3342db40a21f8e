import type { Matching } from "./matching.ts";

/**
 * Scores of a data set as functions of sums over its images, so that a resampled data set is scored by adding up again.
 */

/**
 * Numbers of one image that add up over images, such as `[TP, FP, FN, summed IoU]` once per IoU threshold, or `[value,
 * 1]`.
 */
export type Tally = readonly number[];

/** A score of a data set, from the sums of its images' tallies. */
export type AdditiveScore = (sums: Tally) => number;

/** Numbers per IoU threshold in a tally of matchings. */
const perThreshold = 4;

/** Tally of one image's matchings: `[TP, FP, FN, summed IoU]` for each IoU in turn. */
export function matchingTally(matchings: Matching | readonly Matching[]): number[] {
  return [matchings]
    .flat()
    .flatMap(({ truePositives, falsePositives, falseNegatives, meanMatchedScore }) => [
      truePositives,
      falsePositives,
      falseNegatives,
      truePositives * meanMatchedScore,
    ]);
}

/** Tally of any number that is averaged over images, such as the absolute count error: `[value, 1]`. */
export function valueTally(value: number): number[] {
  return [value, 1];
}

/** Counts at one IoU, summed over images. */
interface Counts {
  readonly tp: number;
  readonly fp: number;
  readonly fn: number;
  readonly summedIou: number;
}

/** Score that takes part / whole at each IoU of a tally, 0 where the whole is, and averages over the IoU. */
function meanRatio(ratio: (counts: Counts) => readonly [part: number, whole: number]): AdditiveScore {
  return (sums) => {
    let total = 0;
    for (let at = 0; at < sums.length; at += perThreshold) {
      const [part, whole] = ratio({ tp: sums[at]!, fp: sums[at + 1]!, fn: sums[at + 2]!, summedIou: sums[at + 3]! });
      if (whole > 0) total += part / whole;
    }
    return total / (sums.length / perThreshold);
  };
}

/**
 * The scores that a tally of matchings gives; with several IoU each is the mean over them. Names as in {@link
 * Matching}.
 */
export const additiveScores = {
  f1: meanRatio(({ tp, fp, fn }) => [2 * tp, 2 * tp + fp + fn]),
  matchAccuracy: meanRatio(({ tp, fp, fn }) => [tp, tp + fp + fn]),
  precision: meanRatio(({ tp, fp }) => [tp, tp + fp]),
  recall: meanRatio(({ tp, fn }) => [tp, tp + fn]),
  panopticQuality: meanRatio(({ tp, fp, fn, summedIou }) => [summedIou, tp + (fp + fn) / 2]),
} as const satisfies Record<string, AdditiveScore>;

/** Mean over images, from the sum of {@link valueTally}. */
export const meanScore: AdditiveScore = ([sum = 0, images = 0]) => (images > 0 ? sum / images : 0);
