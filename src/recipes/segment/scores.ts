import { additiveScores, matchingTally } from "../../metrics/additive-scores.ts";
import type { Judgement } from "../recipe-kind.ts";
import type { ArmRecord, Comparison, LearningCurve } from "../record.ts";
import type { ScoredArm } from "../scored-arm.ts";
import { armRecords, comparisons, type Metric, type Question } from "../scores.ts";
import { toldOnce } from "../told-once.ts";
import { generatorVariants, madeArm } from "./arms.ts";
import type { SegmentScore } from "./jobs/score.ts";
import type { SegmentRecipe } from "./recipe.ts";

/** Tally of the matching at one IoU. */
const at =
  (wanted: number) =>
  ({ matchings }: SegmentScore): number[] =>
    matchingTally(matchings.filter(({ iou }) => iou === wanted));

/** Scores of the segment task, the headline first. */
export const segmentMetrics: readonly Metric<SegmentScore>[] = [
  { name: "F1@0.5", tally: at(0.5), score: additiveScores.f1 },
  {
    name: "mean matchAccuracy",
    tally: ({ matchings }) => matchingTally(matchings),
    score: additiveScores.matchAccuracy,
  },
  { name: "precision@0.5", tally: at(0.5), score: additiveScores.precision },
  { name: "recall@0.5", tally: at(0.5), score: additiveScores.recall },
  { name: "panopticQuality@0.5", tally: at(0.5), score: additiveScores.panopticQuality },
];

/** Metrics in which arms are compared. */
export const comparedMetrics: readonly Metric<SegmentScore>[] = segmentMetrics.slice(0, 2);

/** What the scores of the arms say. */
export function judgeSegmentArms(recipe: SegmentRecipe, scored: readonly ScoredArm<SegmentScore>[]): Judgement {
  const arms = armRecords(scored, segmentMetrics, recipe.seed);
  const compared = comparisons(scored, comparedMetrics, segmentQuestions(recipe), recipe.seed);
  return {
    arms,
    comparisons: compared,
    verdict: arms.length > 0 ? runVerdict(arms, compared, recipe) : notScored(recipe),
    learningCurves: learningCurves(arms),
  };
}

function notScored(recipe: SegmentRecipe): Judgement["verdict"] {
  return {
    outcome: "not scored",
    sentence:
      "Nothing was scored, because there are no labelled real images to score on. Label a few images, keep them apart, and name their folder with --test to learn whether the synthetic data helped.",
    recommended: madeArm(recipe),
  };
}

/** Comparisons that a reader asks for. */
function segmentQuestions(recipe: SegmentRecipe): Question[] {
  const own = generatorVariants(recipe).at(-1)?.name;
  if (own === undefined)
    return [
      ["simulated", "classical"],
      ["simulated", "real-all"],
    ];
  return [
    ["combined", "classical"],
    ["combined", "simulated"],
    [`${own}-cycled`, "simulated"],
    [`${own}-cycled`, "vanilla-input"],
    [`${own}-cycled`, `${own}-input`],
    ["combined", "real-all"],
    [`${own}-cycled`, "real-all"],
    ["simulated", "real-all"],
  ];
}

/**
 * Headline of a run: are the models trained on synthetic data better than what a user would try first, and which arm to use?
 *
 * The first sentence is short and can stand alone; the comparisons follow with their intervals.
 */
function runVerdict(
  arms: readonly ArmRecord[],
  compared: readonly Comparison[],
  recipe: SegmentRecipe,
): Judgement["verdict"] {
  const made = madeArm(recipe);
  const headline = segmentMetrics[0]!.name;
  const score = (name: string) =>
    arms.find((arm) => arm.name === name)!.scores.find(({ metric }) => metric === headline)!.value;
  const find = (arm: string, baseline: string) =>
    compared.find((one) => one.metric === headline && one.arm === arm && one.baseline === baseline);
  const best = arms
    .filter(({ annotatedImages }) => annotatedImages === 0)
    .reduce((a, b) => (score(b.name) > score(a.name) ? b : a));
  const against = find(made, "classical");
  if (!against) return { outcome: "not scored", sentence: "No comparison could be made.", recommended: best.name };
  const change = `${headline} is ${score(made).toFixed(3)} with it, ${score("classical").toFixed(3)} by thresholding`;
  const lead = {
    helped: `Without a single annotation, synthetic data helped: ${change}.`,
    hurt: `Synthetic data did not serve these images: ${change}.`,
    "no clear difference": `Synthetic data made no clear difference here: ${change}.`,
    "cannot tell": `Whether synthetic data helped cannot be told from these test images: ${change}.`,
  }[against.outcome];
  const own = generatorVariants(recipe).at(-1)?.name;
  const further = [against, own && find(`${own}-cycled`, "simulated"), find(made, "real-all")];
  return {
    outcome: against.outcome,
    sentence: toldOnce([lead, ...further.flatMap((one) => (one ? [one.sentence] : []))]),
    recommended: best.name,
  };
}

/** Curve of score against number of labelled images, without and with synthetic data. */
function learningCurves(arms: readonly ArmRecord[]): LearningCurve[] {
  const real = arms.filter(({ role }) => role === "real");
  if (real.length < 2) return [];
  const made = arms.some(({ name }) => name === "combined") ? "combined" : "simulated";
  const combined = arms.filter(({ name }) => name === made || name.endsWith("+synthetic"));
  return segmentMetrics.slice(0, 2).map(({ name }) => ({
    metric: name,
    series: [
      { name: "real labels only", points: points(real, name) },
      { name: "real labels and synthetic data", points: points(combined, name) },
    ],
  }));
}

function points(arms: readonly ArmRecord[], metric: string) {
  return arms
    .map(({ annotatedImages, scores }) => {
      const { value, low, high } = scores.find((score) => score.metric === metric)!;
      return { labelledImages: annotatedImages, value, low, high };
    })
    .sort((a, b) => a.labelledImages - b.labelledImages);
}
