import { random } from "../core/random.ts";
import { type AdditiveScore, additiveScores, matchingTally } from "../metrics/additive-scores.ts";
import { type ArmTallies, bootstrap } from "../metrics/bootstrap.ts";
import { holm } from "../metrics/holm.ts";
import type { Matching } from "../metrics/matching.ts";
import { pairedDifference } from "../metrics/paired-difference.ts";
import { verdict } from "../metrics/verdict.ts";
import type { Arm } from "./arms.ts";
import type { ImageScore } from "./jobs/score.ts";
import type { ArmRecord, Comparison, LearningCurve, RunRecord } from "./record.ts";

/** A score of the record: its printed name, what of an image's matchings it adds up, and how sums become a score. */
interface Metric {
  readonly name: string;
  readonly of: (matchings: readonly Matching[]) => readonly Matching[];
  readonly score: AdditiveScore;
}

const at = (iou: number) => (matchings: readonly Matching[]) => matchings.filter((matching) => matching.iou === iou);

/** Scores of the segment task, the headline first. */
export const segmentMetrics: readonly Metric[] = [
  { name: "F1@0.5", of: at(0.5), score: additiveScores.f1 },
  { name: "mean matchAccuracy", of: (matchings) => matchings, score: additiveScores.matchAccuracy },
  { name: "precision@0.5", of: at(0.5), score: additiveScores.precision },
  { name: "recall@0.5", of: at(0.5), score: additiveScores.recall },
  { name: "panopticQuality@0.5", of: at(0.5), score: additiveScores.panopticQuality },
];

/** Per seed, the scores of every test image: what the score jobs of an arm gave. */
export interface ScoredArm {
  readonly arm: Arm;
  readonly seeds: readonly (readonly ImageScore[])[];
}

function talliesOf({ seeds }: ScoredArm, { of }: Metric): ArmTallies {
  return {
    tallies: seeds.map((images) => images.map(({ matchings }) => matchingTally(of(matchings)))),
    groups: seeds[0]!.map(({ group }) => group),
  };
}

/** A bound of an interval inside the range of its score: the widening for few seeds may reach beyond it. */
function within(bound: number, least: number): number {
  return Math.min(1, Math.max(least, bound));
}

/** Arms with their scores and intervals; the random stream makes the bootstrap repeatable. */
export function armRecords(scored: readonly ScoredArm[], seed: number): ArmRecord[] {
  return scored.map((one) => {
    const { name, title, training, annotatedImages, role } = one.arm;
    const scores = segmentMetrics.map((metric) => {
      const { value, low, high, perSeed, images } = bootstrap(
        talliesOf(one, metric),
        metric.score,
        random(seed).fork("bootstrap", metric.name),
      );
      return {
        metric: metric.name,
        value,
        low: within(low, 0),
        high: within(high, 0),
        perSeed: [...perSeed],
        n: images,
      };
    });
    return { name, title, training, annotatedImages, role, scores };
  });
}

/** Comparisons that a reader asks for: [arm, baseline]; pairs whose arms were not run are left out. */
function questions(own: string): [arm: string, baseline: string][] {
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

/** Paired differences in F1@0.5 and mean matchAccuracy, p-values corrected by Holm over all of them. */
export function comparisons(scored: readonly ScoredArm[], own: string, seed: number): Comparison[] {
  const byName = new Map(scored.map((one) => [one.arm.name, one]));
  const found = questions(own).flatMap(([armName, baselineName]) => {
    const arm = byName.get(armName);
    const baseline = byName.get(baselineName);
    if (!arm || !baseline || armName === baselineName) return [];
    return segmentMetrics.slice(0, 2).map((metric) => {
      const stream = random(seed).fork("paired", armName, baselineName, metric.name);
      const paired = pairedDifference(talliesOf(arm, metric), talliesOf(baseline, metric), metric.score, stream);
      const difference = { ...paired, low: within(paired.low, -1), high: within(paired.high, -1) };
      const { outcome, sentence } = verdict(
        { ...difference, images: difference.groups },
        { arm: arm.arm.title, baseline: baseline.arm.title, metric: metric.name },
      );
      const { low, high, pValue } = difference;
      return {
        arm: armName,
        baseline: baselineName,
        metric: metric.name,
        difference: difference.difference,
        low,
        high,
        pValue,
        outcome,
        sentence,
      };
    });
  });
  const adjusted = holm(found.map(({ pValue }) => pValue));
  return found.map((comparison, i) => ({ ...comparison, adjustedPValue: adjusted[i]! }));
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
    sentence: [lead, ...further.flatMap((one) => (one ? [one.sentence] : []))].join(" "),
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
