import type { ArmRecord, RunRecord, Score } from "../../recipes/record.ts";
import { wordingOf } from "../wording/index.ts";

/** Questions that several sections ask a record. */

/** Whether the "real" images of a run were themselves made by a simulator, as in the demo. */
export function isStandIn(record: RunRecord): boolean {
  return record.data.some(({ standIn }) => standIn);
}

/** Metrics in which arms are compared. */
export function comparedMetrics({ comparisons }: RunRecord): string[] {
  return [...new Set(comparisons.map(({ metric }) => metric))];
}

/** Metrics of the run: those in which arms are compared first, the others in the order of the record. */
export function metricsOf(record: RunRecord): string[] {
  const all = [...new Set(record.arms.flatMap(({ scores }) => scores.map(({ metric }) => metric)))];
  const first = comparedMetrics(record).filter((metric) => all.includes(metric));
  return [...first, ...all.filter((metric) => !first.includes(metric))];
}

/** Metrics that lead the page: at most three of those in which arms are compared; where nothing is compared, the first two. */
export function leadingMetrics(record: RunRecord): string[] {
  const compared = comparedMetrics(record).length;
  return metricsOf(record).slice(0, compared === 0 ? 2 : Math.min(3, compared));
}

/** Score of an arm in a metric, when it has one. */
export function scoreOf(arm: ArmRecord, metric: string): Score | undefined {
  return arm.scores.find((score) => score.metric === metric);
}

/** Arm with this name. */
export function armOf(record: RunRecord, name: string): ArmRecord | undefined {
  return record.arms.find((arm) => arm.name === name);
}

/** Title of an arm, or the name itself when the record has no such arm. */
export function titleOf(record: RunRecord, name: string): string {
  return armOf(record, name)?.title ?? name;
}

/** The arm that learned from the most real data: what annotation, or more recording, would have brought. */
export function referenceArm(record: RunRecord): ArmRecord | undefined {
  return record.arms
    .filter(({ role, scores }) => role === "real" && scores.length > 0)
    .toSorted((a, b) => b.annotatedImages - a.annotatedImages)[0];
}

/** What a reader should doubt, found in the numbers themselves. */
export function cautions(record: RunRecord): string[] {
  const scores = record.arms.flatMap((arm) => arm.scores);
  const { test } = wordingOf(record);
  const images = Math.min(...scores.map(({ n }) => n));
  const learned = record.arms.filter(({ role, scores }) => role !== "classical" && scores.length > 0);
  const seeds = Math.min(...learned.flatMap((arm) => arm.scores.map(({ perSeed }) => perSeed.length)));
  return [
    ...(scores.length > 0 && images < 10
      ? [
          `Only ${images} ${images === 1 ? test.one : test.many}: with fewer than about 10 an interval is of little worth.`,
        ]
      : []),
    ...(learned.length > 0 && seeds < 3
      ? [
          `Only ${seeds} seed${seeds === 1 ? "" : "s"} per arm: with fewer than 3 the luck of a single training is not told apart from a gain.`,
        ]
      : []),
  ];
}
