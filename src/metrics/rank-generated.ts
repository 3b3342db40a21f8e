import type { FeatureMatrix } from "../core/feature-matrix.ts";
import type { Random } from "../core/random.ts";
import { percentileInterval } from "./bootstrap.ts";
import type { FeatureDistanceOptions } from "./feature-distance.ts";
import { type FeatureMeasureName, featureMeasures } from "./feature-measures.ts";
import { type Interval, mean, randomParts } from "./half-samples.ts";
import { pooledFeatures } from "./pooled-features.ts";
import { requireFeatures } from "./require-features.ts";

export interface RankOptions extends FeatureDistanceOptions {
  /** What the two sets are called in the sentence. */
  readonly names?: readonly [first: string, second: string];
}

/** Which of two generated sets is the more like real images, if that can be told. */
export interface FeatureRanking {
  readonly measure: FeatureMeasureName;
  readonly network: string;
  /** The measure of all images of either set against all real ones. */
  readonly values: readonly [first: number, second: number];
  /** First less second at equal numbers of images, against the same real ones; with its interval. */
  readonly difference: Interval & { readonly value: number; readonly count: number };
  readonly outcome: "first is closer" | "second is closer" | "cannot rank";
  readonly sentence: string;
}

/**
 * Compares two sets of generated images by a measure against the same real images, and refuses where chance alone could explain the
 * difference: when its interval holds zero, or there are too few images for the measure.
 *
 * @throws {@link ShapeError} when the widths differ
 * @throws {@link DataError} when a set has fewer than eight images, or features that are not finite
 */
export function rankGenerated(
  real: FeatureMatrix,
  first: FeatureMatrix,
  second: FeatureMatrix,
  random: Random,
  options: RankOptions,
): FeatureRanking {
  const { network, measure: name = "kernel", resamples = 200, confidence = 0.95 } = options;
  const { names = ["the first set", "the second set"] } = options;
  requireFeatures("rankGenerated", [real, first, second], 8);
  const measure = featureMeasures[name];
  const { pool, rows } = pooledFeatures(real, first, second);
  const [realRows, firstRows, secondRows] = rows as [Int32Array, Int32Array, Int32Array];
  const between = measure.on(pool);

  const count = Math.min(...rows.map((set) => set.length >> 1));
  const draw = random.fork("rank generated");
  const differences = Float64Array.from({ length: resamples }, () => {
    const [reference] = randomParts(realRows, count, draw) as [Int32Array];
    const [a] = randomParts(firstRows, count, draw) as [Int32Array];
    const [b] = randomParts(secondRows, count, draw) as [Int32Array];
    return between(reference, a) - between(reference, b);
  });
  const difference = { value: mean(differences), ...percentileInterval(differences, confidence), count };
  const needed = measure.fewest(real.dimensions);
  const settled = count >= needed && (difference.low > 0 || difference.high < 0);
  const firstIsCloser = difference.value < 0 === (measure.better === "smaller");
  const outcome = !settled ? "cannot rank" : firstIsCloser ? "first is closer" : "second is closer";

  const short = (value: number) => Number(value.toPrecision(3)).toString();
  const numbers =
    `${measure.title} on features of ${network}, ${count} images each: difference ${short(difference.value)}, ` +
    `${100 * confidence} % interval ${short(difference.low)} to ${short(difference.high)}`;
  const why = count < needed ? `fewer than the ${needed} images that the measure needs` : "the interval holds zero";
  const sentence = settled
    ? `${firstIsCloser ? names[0] : names[1]} is closer to real than ${firstIsCloser ? names[1] : names[0]} (${numbers}).`
    : `It cannot be told which of ${names[0]} and ${names[1]} is closer to real: ${why} (${numbers}).`;
  return {
    measure: name,
    network,
    values: [between(realRows, firstRows), between(realRows, secondRows)],
    difference,
    outcome,
    sentence: sentence[0]!.toUpperCase() + sentence.slice(1),
  };
}
