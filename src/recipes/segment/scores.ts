import { additiveScores, matchingTally } from "../../metrics/additive-scores.ts";
import type { ArmRecord, Comparison, LearningCurve, RunRecord } from "../record.ts";
import type { Metric, Question } from "../scores.ts";
import { toldOnce } from "../told-once.ts";
import type { SegmentScore } from "./jobs/score.ts";

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

/** Comparisons that a reader asks for. */
export function segmentQuestions(own: string): Question[] {
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
export function runVerdict(
  arms: readonly ArmRecord[],
  compared: readonly Comparison[],
  own: string,
): RunRecord["verdict"] {
  const headline = segmentMetrics[0]!.name;
  const score = (name: string) =>
    arms.find((arm) => arm.name === name)!.scores.find(({ metric }) => metric === headline)!.value;
  const find = (arm: string, baseline: string) =>
    compared.find((one) => one.metric === headline && one.arm === arm && one.baseline === baseline);
  const best = arms
    .filter(({ annotatedImages }) => annotatedImages === 0)
    .reduce((a, b) => (score(b.name) > score(a.name) ? b : a));
  const against = find("combined", "classical");
  if (!against) return { outcome: "not scored", sentence: "No comparison could be made.", recommended: best.name };
  const change = `${headline} is ${score("combined").toFixed(3)} with it, ${score("classical").toFixed(3)} by thresholding`;
  const lead = {
    helped: `Without a single annotation, synthetic data helped: ${change}.`,
    hurt: `Synthetic data did not serve these images: ${change}.`,
    "no clear difference": `Synthetic data made no clear difference here: ${change}.`,
    "cannot tell": `Whether synthetic data helped cannot be told from these test images: ${change}.`,
  }[against.outcome];
  const further = [against, find(`${own}-cycled`, "simulated"), find("combined", "real-all")];
  return {
    outcome: against.outcome,
    sentence: toldOnce([lead, ...further.flatMap((one) => (one ? [one.sentence] : []))]),
    recommended: best.name,
  };
}

/** Curve of score against number of labelled images, without and with synthetic data. */
export function learningCurves(arms: readonly ArmRecord[]): LearningCurve[] {
  const real = arms.filter(({ role }) => role === "real");
  if (real.length < 2) return [];
  const combined = arms.filter(({ name }) => name === "combined" || name.endsWith("+synthetic"));
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
