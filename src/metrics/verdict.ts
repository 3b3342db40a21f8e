import { RecipeError } from "../core/errors.ts";

/** What a comparison has shown. */
export type Outcome = "helped" | "no clear difference" | "hurt" | "cannot tell";

/** A difference of two arms with its 95 % interval, as `pairedDifference` gives it, and how to speak of it. */
export interface VerdictInput {
  readonly difference: number;
  readonly low: number;
  readonly high: number;
  /** Independent test images; where images come in groups, the number of groups. */
  readonly images: number;
  readonly seeds: number;
}

export interface VerdictOptions {
  /** A difference below it changes nobody's work; in the unit of the score. */
  readonly smallestDifferenceThatMatters?: number;
  /** The arm in question, as the subject of a sentence. */
  readonly arm?: string;
  readonly baseline?: string;
  /** The score, as it is printed: `"F1@0.5"`. */
  readonly metric?: string;
  /**
   * What one of the score is, `"objects per image"`; without it the score is a share and is told in points of 1/100.
   */
  readonly unit?: string;
  /** Whether a smaller score is the better one, as with errors. */
  readonly lowerIsBetter?: boolean;
}

export interface Verdict {
  readonly outcome: Outcome;
  /**
   * For `"cannot tell"`: test images needed if the difference stays as it is; absent when no attainable number would
   * do.
   */
  readonly imagesNeeded?: number;
  /** The verdict in plain words, with the numbers and every caution. */
  readonly sentence: string;
}

/** More test images than this nobody annotates for one question. */
const attainableImages = 10_000;

/**
 * Verdict on a comparison, by where its interval lies against the smallest difference that matters, m.
 *
 * Helped: all of it at or above m. Hurt: all of it at or below −m. No clear difference: all of it between −m and m.
 * Otherwise it cannot be told, and the images that would be needed follow from the width of the interval shrinking
 * with 1/√images.
 *
 * @throws {@link RecipeError} when the smallest difference that matters is not positive
 */
export function verdict(input: VerdictInput, options: VerdictOptions = {}): Verdict {
  const { smallestDifferenceThatMatters: m = 0.01, lowerIsBetter = false } = options;
  if (!(m > 0))
    throw new RecipeError({
      where: "verdict.smallestDifferenceThatMatters",
      expected: "a positive number in the unit of the score",
      received: `${m}`,
      fix: "Use 0.01 for one point of F1.",
    });
  // Gains are positive from here on, whichever way the score counts.
  const gain = lowerIsBetter ? { ...input, difference: -input.difference, low: -input.high, high: -input.low } : input;
  const outcome = outcomeOf(gain, m);
  const imagesNeeded = outcome === "cannot tell" ? neededImages(gain, m) : undefined;
  const sentence = [
    mainSentence(gain, outcome, m, options),
    outcome === "cannot tell" ? needSentence(imagesNeeded) : "",
    ...cautions(input),
  ];
  return {
    outcome,
    ...(imagesNeeded === undefined ? {} : { imagesNeeded }),
    sentence: sentence.filter((part) => part !== "").join(" "),
  };
}

function outcomeOf({ low, high }: VerdictInput, m: number): Outcome {
  if (low >= m) return "helped";
  if (high <= -m) return "hurt";
  return low > -m && high < m ? "no clear difference" : "cannot tell";
}

/** Images at which the interval, shrunk about the same difference, would lie on one side: n · (reach now / room)². */
function neededImages({ difference, low, high, images }: VerdictInput, m: number): number | undefined {
  const size = Math.abs(difference);
  const towardsZero = difference > 0 ? difference - low : high - difference;
  const reach = size > m ? towardsZero : Math.max(difference - low, high - difference);
  const needed = Math.ceil(images * (reach / Math.abs(size - m)) ** 2);
  return needed <= attainableImages ? Math.max(needed, images + 1) : undefined;
}

function mainSentence(gain: VerdictInput, outcome: Outcome, m: number, options: VerdictOptions): string {
  const { arm = "The new training set", baseline = "the baseline", metric = "the score", unit } = options;
  const amount = (value: number) => (unit === undefined ? (100 * value).toFixed(1) : value.toFixed(2));
  const unitName = unit ?? "points";
  const size = `${amount(Math.abs(gain.difference))} ${unitName} of ${metric}`;
  const interval = `(95 % interval ${amount(gain.low)} to ${amount(gain.high)})`;
  const better = gain.difference >= 0 ? "better" : "worse";
  switch (outcome) {
    case "helped":
    case "hurt":
      return `${arm} ${outcome}: ${size} ${better} than ${baseline} ${interval}.`;
    case "no clear difference":
      return `${arm} makes no clear difference: ${size} ${better} than ${baseline} ${interval}, within the ${amount(m)} that would matter.`;
    case "cannot tell":
      return gain.low > 0 || gain.high < 0
        ? `${arm} is ${better} than ${baseline}, but it cannot be told whether by the ${amount(m)} ${unitName} that matter: ${size} ${interval}.`
        : `It cannot be told how ${arm} compares with ${baseline}: ${size} ${better} ${interval}.`;
  }
}

function needSentence(imagesNeeded: number | undefined): string {
  return imagesNeeded === undefined
    ? "The difference is so close to the smallest one that matters that more test images would hardly settle it."
    : `About ${imagesNeeded} test images would be needed.`;
}

function cautions({ images, seeds }: VerdictInput): string[] {
  const plural = (count: number, noun: string) => `${count} ${noun}${count === 1 ? "" : "s"}`;
  return [
    images < 10 ? `With only ${plural(images, "test image")} the interval is of little worth.` : "",
    seeds < 3 ? `With only ${plural(seeds, "seed")} the luck of training is hardly measured; use at least three.` : "",
  ];
}
