import type { ArmRecord, RunRecord, Score } from "../../recipes/record.ts";

/** Questions that several sections ask a record. */

/** Whether the "real" images of a run were themselves made by a simulator, as in the demo. */
export function isStandIn(record: RunRecord): boolean {
  return record.data.some(({ standIn }) => standIn);
}

/** Metrics of the run, the two of the verdict first: F1@0.5 and mean `matchAccuracy`; the others in the order of the record. */
export function metricsOf(record: RunRecord): string[] {
  const all = [...new Set(record.arms.flatMap(({ scores }) => scores.map(({ metric }) => metric)))];
  const f1 = all.find((metric) => /^f1\b.*0\.5\b/i.test(metric)) ?? all.find((metric) => /^f1\b/i.test(metric));
  const accuracy =
    all.find((metric) => /mean.*match.?accuracy/i.test(metric)) ??
    all.find((metric) => /match.?accuracy/i.test(metric));
  const first = [f1, accuracy].filter((metric) => metric !== undefined);
  return [...first, ...all.filter((metric) => !first.includes(metric))];
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

/** The arm that learned from the most real labels: what annotation would have brought. */
export function referenceArm(record: RunRecord): ArmRecord | undefined {
  return record.arms
    .filter(({ role, scores }) => role === "real" && scores.length > 0)
    .toSorted((a, b) => b.annotatedImages - a.annotatedImages)[0];
}

/** What a reader should doubt, found in the numbers themselves. */
export function cautions(record: RunRecord): string[] {
  const scores = record.arms.flatMap((arm) => arm.scores);
  const images = Math.min(...scores.map(({ n }) => n));
  const learned = record.arms.filter(({ role, scores }) => role !== "classical" && scores.length > 0);
  const seeds = Math.min(...learned.flatMap((arm) => arm.scores.map(({ perSeed }) => perSeed.length)));
  return [
    ...(scores.length > 0 && images < 10
      ? [
          `Only ${images} test image${images === 1 ? "" : "s"}: with fewer than about 10 an interval is of little worth.`,
        ]
      : []),
    ...(learned.length > 0 && seeds < 3
      ? [
          `Only ${seeds} seed${seeds === 1 ? "" : "s"} per arm: with fewer than 3 the luck of a single training is not told apart from a gain.`,
        ]
      : []),
  ];
}
