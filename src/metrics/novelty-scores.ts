import type { Random } from "../core/random.ts";
import { benjaminiHochberg } from "./benjamini-hochberg.ts";
import { conformalPValues } from "./conformal-p-values.ts";
import { gumbelLimit } from "./gumbel-limit.ts";
import { holm } from "./holm.ts";
import { groupMembers, type PermutationOptions, type PermutationResult, permutationTest } from "./permutation-test.ts";

/** How alike to the training set images are, in three ways; each is higher for copies. */
export type NoveltyScoreName = "similarity" | "standout" | "features";

/** One score of the generated images, and of held-out real images found in the same way. */
export interface NoveltyScore {
  readonly name: NoveltyScoreName;
  readonly generated: ArrayLike<number>;
  readonly heldOut: ArrayLike<number>;
  /**
   * The same score of the generated images against held-out images instead of training images: an image that is
   * remarkably alike to those, too, is no copy, but plain.
   */
  readonly generatedToHeldOut?: ArrayLike<number>;
  /** Whether it can only be copying that moves this score, and not the look of the images: then a failed test condemns single images. */
  readonly isAboutCopying?: boolean;
  /** To a scale on which largest values follow Gumbel's law, as Fisher's z for correlations. */
  readonly stretch?: (value: number) => number;
  readonly unstretch?: (value: number) => number;
}

/** A permutation test of one statistic of one score. */
export interface NoveltyTest extends PermutationResult {
  readonly score: NoveltyScoreName;
  /** After Holm's correction over all tests of the audit. */
  readonly adjustedPValue: number;
}

/** One score of one image. */
export interface JudgedScore {
  readonly value: number;
  /** Share of the held-out images, and itself, that are as alike: never below 1 / (n + 1). */
  readonly conformalPValue: number;
  /** Adjusted over the generated images for the false discovery rate. */
  readonly falseDiscoveryRate: number;
  readonly isCopy: boolean;
}

/** What the scores say together. */
export interface JudgedScores {
  readonly tests: readonly NoveltyTest[];
  /** Smallest adjusted p-value. */
  readonly pValue: number;
  /** Beyond it a single image counts as a copy, by score. */
  readonly limits: Readonly<Partial<Record<NoveltyScoreName, number>>>;
  /** Highest value of the held-out images, by score. */
  readonly heldOutMaxima: Readonly<Partial<Record<NoveltyScoreName, number>>>;
  /** By score, then generated image. */
  readonly images: Readonly<Partial<Record<NoveltyScoreName, readonly JudgedScore[]>>>;
}

export interface NoveltyLevels extends PermutationOptions {
  /** Chance of a false alarm of the tests together. */
  readonly level?: number;
  /** Chance that any image at all is wrongly called a copy by the limits. */
  readonly copyLevel?: number;
}

/**
 * Tests every score, and every image by every score.
 *
 * An image is a copy when a score lies beyond its limit, which is extrapolated from the held-out images (see
 * {@link gumbelLimit}). Once the test of a score that only copying moves has failed, those above every held-out image at a
 * false discovery rate of `level` are copies, too. In both cases the image must not be above every held-out image
 * when compared with held-out images, where that is known.
 */
export function judgedScores(
  scores: readonly NoveltyScore[],
  random: Random,
  { level = 0.05, copyLevel = 0.01, ...permutation }: NoveltyLevels = {},
): JudgedScores {
  const raw = scores.flatMap((score) =>
    permutationTest(score, random.fork("novelty", score.name), permutation).map((result) => ({
      ...result,
      score: score.name,
    })),
  );
  const adjusted = holm(raw.map(({ pValue }) => pValue));
  const tests = raw.map((result, index): NoveltyTest => ({ ...result, adjustedPValue: adjusted[index]! }));

  const judged = scores.map((score) => {
    const {
      name,
      generated,
      heldOut,
      generatedToHeldOut,
      isAboutCopying = false,
      stretch = same,
      unstretch = same,
    } = score;
    const independent = groupMembers(permutation.groups, heldOut.length).length;
    const stretched = Array.from(heldOut, stretch);
    const count = generated.length * scores.length;
    const limit = unstretch(gumbelLimit(stretched, count, { level: copyLevel, independent }));
    const maximum = Array.from(heldOut).reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
    const hasFailed = tests.some((test) => test.score === name && test.adjustedPValue <= level);
    const conformal = conformalPValues(generated, heldOut);
    const rates = benjaminiHochberg(conformal);
    const images = Array.from(generated, (value, index): JudgedScore => {
      const elsewhere = generatedToHeldOut?.[index] ?? Number.NEGATIVE_INFINITY;
      const isCondemned = hasFailed && isAboutCopying && rates[index]! <= level && value > maximum;
      const isCopy = (value > limit || isCondemned) && elsewhere <= maximum;
      return { value, conformalPValue: conformal[index]!, falseDiscoveryRate: rates[index]!, isCopy };
    });
    return { name, limit, maximum, images };
  });
  const byName = <T>(pick: (one: (typeof judged)[number]) => T) =>
    Object.fromEntries(judged.map((one) => [one.name, pick(one)])) as Partial<Record<NoveltyScoreName, T>>;
  return {
    tests,
    pValue: Math.min(1, ...adjusted),
    limits: byName(({ limit }) => limit),
    heldOutMaxima: byName(({ maximum }) => maximum),
    images: byName(({ images }) => images),
  };
}

function same(value: number): number {
  return value;
}
