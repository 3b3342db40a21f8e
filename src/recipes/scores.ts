import { random } from "../core/random.ts";
import type { AdditiveScore, Tally } from "../metrics/additive-scores.ts";
import { type ArmTallies, bootstrap } from "../metrics/bootstrap.ts";
import { holm } from "../metrics/holm.ts";
import { pairedDifference } from "../metrics/paired-difference.ts";
import { verdict } from "../metrics/verdict.ts";
import type { Plan } from "./recipe-kind.ts";
import type { ArmRecord, Comparison } from "./record.ts";
import type { RunFolder } from "./run-folder.ts";
import type { ImageScore, ScoredArm } from "./scored-arm.ts";

/** A score of the record: what of an image's result it adds up, and how sums become a score. */
export interface Metric<Scored extends ImageScore> {
  readonly name: string;
  readonly tally: (image: Scored) => Tally;
  readonly score: AdditiveScore;
  /** Bounds of the score; 0…1 when left out. The widening of an interval for few seeds may reach beyond them. */
  readonly range?: readonly [least: number, most: number];
  /** What one of the score is, as `"dB"`; without it the score is a share and differences are told in points of 1/100. */
  readonly unit?: string;
  /** A difference below it changes nobody's work; 0.01 when left out. */
  readonly smallestDifferenceThatMatters?: number;
}

/** A question that a reader asks: is this arm better than that baseline? */
export type Question = readonly [arm: string, baseline: string];

/** What the score jobs of a run have left in `checkpoints/score-ARM-SEED.json`, arm by arm. */
export async function scoredArms<Scored extends ImageScore>(
  folder: RunFolder,
  { arms, seeds }: Pick<Plan, "arms" | "seeds">,
): Promise<ScoredArm<Scored>[]> {
  const scored: ScoredArm<Scored>[] = [];
  for (const arm of arms) {
    const found: Scored[][] = [];
    for (const seed of seeds) {
      const images = await folder.readJson<Scored[]>("checkpoints", `score-${arm.name}-${seed}.json`);
      if (images) found.push(images);
    }
    if (found.length > 0) scored.push({ arm, seeds: found });
  }
  return scored;
}

function talliesOf<Scored extends ImageScore>({ seeds }: ScoredArm<Scored>, { tally }: Metric<Scored>): ArmTallies {
  return {
    tallies: seeds.map((images) => images.map((image) => tally(image))),
    groups: seeds[0]!.map(({ group }) => group),
  };
}

/** Arms with their scores and intervals; the random stream makes the bootstrap repeatable. */
export function armRecords<Scored extends ImageScore>(
  scored: readonly ScoredArm<Scored>[],
  metrics: readonly Metric<Scored>[],
  seed: number,
): ArmRecord[] {
  return scored.map((one) => {
    const { name, title, training, annotatedImages, role } = one.arm;
    const scores = metrics.map((metric) => {
      const { value, low, high, perSeed, images } = bootstrap(
        talliesOf(one, metric),
        metric.score,
        random(seed).fork("bootstrap", metric.name),
      );
      const [least, most] = metric.range ?? [0, 1];
      const within = (bound: number) => Math.min(most, Math.max(least, bound));
      return {
        metric: metric.name,
        value,
        low: within(low),
        high: within(high),
        perSeed: [...perSeed],
        n: images,
      };
    });
    return { name, title, training, annotatedImages, role, scores };
  });
}

/**
 * Paired differences of arms, p-values corrected by Holm over all of them; a question whose arms were not run is left out.
 */
export function comparisons<Scored extends ImageScore>(
  scored: readonly ScoredArm<Scored>[],
  metrics: readonly Metric<Scored>[],
  questions: readonly Question[],
  seed: number,
): Comparison[] {
  const byName = new Map(scored.map((one) => [one.arm.name, one]));
  const found = questions.flatMap(([armName, baselineName]) => {
    const arm = byName.get(armName);
    const baseline = byName.get(baselineName);
    if (!arm || !baseline || armName === baselineName) return [];
    return metrics.map((metric) => {
      const stream = random(seed).fork("paired", armName, baselineName, metric.name);
      const paired = pairedDifference(talliesOf(arm, metric), talliesOf(baseline, metric), metric.score, stream);
      const [least, most] = metric.range ?? [0, 1];
      const within = (bound: number) => Math.min(most - least, Math.max(least - most, bound));
      const difference = { ...paired, low: within(paired.low), high: within(paired.high) };
      const { unit, smallestDifferenceThatMatters } = metric;
      const { outcome, sentence } = verdict(
        { ...difference, images: difference.groups },
        {
          arm: arm.arm.title,
          baseline: baseline.arm.title,
          metric: metric.name,
          ...(unit === undefined ? {} : { unit }),
          ...(smallestDifferenceThatMatters === undefined ? {} : { smallestDifferenceThatMatters }),
        },
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
