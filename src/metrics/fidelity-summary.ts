import { DataError } from "../core/errors.ts";
import { medianOf } from "../image/median-of.ts";
import { percentile } from "../image/percentile.ts";
import type { LabelFidelity } from "./label-fidelity.ts";

/** One witness over a data set. */
export interface WitnessSummary {
  readonly name: string;
  /** Median and tenth percentile, over images, of F1@0.5 between label and witness. */
  readonly medianF1: number;
  readonly lowF1: number;
  /** Mean objects per image that the witness sees more than the label has. */
  readonly countBias: number;
  /** Mean relative difference in area of matched objects. */
  readonly areaBias: number;
}

/** The audit of a data set. */
export interface FidelitySummary {
  readonly images: number;
  readonly kept: number;
  readonly relabelled: number;
  readonly rejected: number;
  readonly witnesses: readonly WitnessSummary[];
  /** Share of all judged objects of the set that have no contrast. */
  readonly invisibleShare: number;
  /** Fidelity of each image. */
  readonly fidelities: readonly number[];
  /** F1@0.5 of each image, mean over its witnesses; empty without witnesses. */
  readonly perImage: readonly number[];
  /** Indices of the images with the lowest fidelity, worst first. */
  readonly worst: readonly number[];
}

/**
 * Distribution of the audits of a data set, and where to look first.
 *
 * @param options.worst how many images to name
 * @throws {@link DataError} when there is no audit, or the images had different witnesses
 */
export function fidelitySummary(
  audits: readonly LabelFidelity[],
  { worst = 8 }: { worst?: number } = {},
): FidelitySummary {
  const names = audits[0]?.witnesses.map(({ name }) => name) ?? [];
  const namesOf = (audit: LabelFidelity) => audit.witnesses.map(({ name }) => name).join(", ");
  if (audits.length === 0 || audits.some((audit) => namesOf(audit) !== names.join(", ")))
    throw new DataError({
      where: "fidelitySummary",
      expected: "audits of at least one image, all with the same witnesses in the same order",
      received: audits.length === 0 ? "none" : [...new Set(audits.map(namesOf))].join("; "),
    });
  const count = (verdict: LabelFidelity["verdict"]) => audits.filter((audit) => audit.verdict === verdict).length;
  const judged = sum(audits.map((audit) => audit.judged));
  const invisible = sum(audits.map((audit) => audit.invisible.length));
  return {
    images: audits.length,
    kept: count("keep"),
    relabelled: count("relabel"),
    rejected: count("reject"),
    witnesses: names.map((name, index) => {
      const opinions = audits.map((audit) => audit.witnesses[index]!);
      const f1s = opinions.map(({ f1 }) => f1);
      return {
        name,
        medianF1: medianOf(f1s),
        lowF1: percentile(f1s, 10),
        countBias: sum(opinions.map(({ countDifference }) => countDifference)) / audits.length,
        areaBias: sum(opinions.map(({ areaBias }) => areaBias)) / audits.length,
      };
    }),
    invisibleShare: judged === 0 ? 0 : invisible / judged,
    fidelities: audits.map(({ fidelity }) => fidelity),
    perImage: names.length === 0 ? [] : audits.map((audit) => sum(audit.witnesses.map(({ f1 }) => f1)) / names.length),
    worst: audits
      .map((_, index) => index)
      .sort((a, b) => audits[a]!.fidelity - audits[b]!.fidelity || a - b)
      .slice(0, worst),
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
