import { DataError } from "../core/errors.ts";
import type { Random } from "../core/random.ts";
import type { AdditiveScore } from "./additive-scores.ts";
import { type ArmTallies, type BootstrapOptions, crossedBootstrap, percentileInterval } from "./bootstrap.ts";

/** How much better one arm scored than another on the same images and seeds, with its interval. */
export interface PairedDifference {
  /** Mean over seeds of (score of the arm − score of the baseline). */
  readonly difference: number;
  readonly low: number;
  readonly high: number;
  /** Two-sided: twice the smaller share of replicates on either side of zero, (k + 1)/(resamples + 1). */
  readonly pValue: number;
  /** Difference under each seed. */
  readonly perSeed: readonly number[];
  readonly seeds: number;
  readonly images: number;
  readonly groups: number;
}

/**
 * Paired difference of two arms: both see the same resampled images and seeds, so what is hard for both cancels.
 *
 * An arm with a single "seed" (a classical method has no luck to average) is held against every seed of the other.
 *
 * @param arm tallies `[seed][image]`
 * @param baseline tallies of the same images, and the same seeds or one
 * @throws {@link DataError} when the arms differ in images, in their groups, or in seeds with more than one on either
 * side
 */
export function pairedDifference(
  arm: ArmTallies,
  baseline: ArmTallies,
  score: AdditiveScore,
  random: Random,
  options: BootstrapOptions = {},
): PairedDifference {
  const seeds = Math.max(arm.tallies.length, baseline.tallies.length);
  const fits = (one: ArmTallies) => one.tallies.length === seeds || one.tallies.length === 1;
  const sameGroups = String(arm.groups ?? "") === String(baseline.groups ?? "");
  if (!fits(arm) || !fits(baseline) || !sameGroups)
    throw new DataError({
      where: "pairedDifference",
      expected: "two arms with the same seeds (or a single one) on the same images in the same groups",
      received: `${arm.tallies.length} and ${baseline.tallies.length} seeds, ${sameGroups ? "the same" : "different"} groups`,
      fix: "Train and score both arms with the same list of seeds.",
    });

  const differences = ([a, b]: number[][]) =>
    Array.from({ length: seeds }, (_, seed) => (a![seed] ?? a![0]!) - (b![seed] ?? b![0]!));
  const { value, perSeed, replicates, groups } = crossedBootstrap([arm, baseline], differences, score, random, options);
  const { low, high } = percentileInterval(replicates, options.confidence);
  const atMost = replicates.filter((replicate) => replicate <= 0).length;
  const atLeast = replicates.filter((replicate) => replicate >= 0).length;
  const pValue = Math.min(1, (2 * (Math.min(atMost, atLeast) + 1)) / (replicates.length + 1));
  return { difference: value, low, high, pValue, perSeed, seeds, images: arm.tallies[0]!.length, groups };
}
