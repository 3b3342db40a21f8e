import type { Matching } from "./matching.ts";

/**
 * Scores of a data set as functions of sums over its images, so that a resampled data set is scored by adding up again.
 */

/** Numbers of one image that add up over images, such as `[TP, FP, FN, summed IoU]` once per IoU threshold, or `[value, 1]`. */
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

/** Mean over the IoU thresholds of a tally, of a ratio that is 0 where its denominator is. */
function meanRatio(sums: Tally, part: (at: number) => number, whole: (at: number) => number): number {
  let total = 0;
  for (let at = 0; at < sums.length; at += perThreshold) total += whole(at) > 0 ? part(at) / whole(at) : 0;
  return total / (sums.length / perThreshold);
}

/** The scores that a tally of matchings gives; with several IoU each is the mean over them. Their names are those of {@link Matching}. */
export const additiveScores = {
  f1: (sums) =>
    meanRatio(
      sums,
      (at) => 2 * sums[at]!,
      (at) => 2 * sums[at]! + sums[at + 1]! + sums[at + 2]!,
    ),
  matchAccuracy: (sums) =>
    meanRatio(
      sums,
      (at) => sums[at]!,
      (at) => sums[at]! + sums[at + 1]! + sums[at + 2]!,
    ),
  precision: (sums) =>
    meanRatio(
      sums,
      (at) => sums[at]!,
      (at) => sums[at]! + sums[at + 1]!,
    ),
  recall: (sums) =>
    meanRatio(
      sums,
      (at) => sums[at]!,
      (at) => sums[at]! + sums[at + 2]!,
    ),
  panopticQuality: (sums) =>
    meanRatio(
      sums,
      (at) => sums[at + 3]!,
      (at) => sums[at]! + (sums[at + 1]! + sums[at + 2]!) / 2,
    ),
} as const satisfies Record<string, AdditiveScore>;

/** Mean over images, from the sum of {@link valueTally}. */
export const meanScore: AdditiveScore = ([sum = 0, images = 0]) => (images > 0 ? sum / images : 0);
