import { random } from "../../core/random.ts";
import { additiveScores, type Tally } from "../../metrics/additive-scores.ts";
import { bootstrap } from "../../metrics/bootstrap.ts";
import { pairedDifference } from "../../metrics/paired-difference.ts";
import type { AuditRecord } from "../record.ts";
import type { GenerationResult } from "./jobs/generate.ts";

/** Which labels of which generator are asked about. */
export interface AgreementQuestion {
  readonly name: string;
  readonly labels: "input" | "cycled";
  /** One result per seed. */
  readonly results: readonly GenerationResult[];
}

/**
 * Label agreement of a generator, with its interval over seeds and generated images, and its paired difference to the vanilla generator's images with
 * their input masks: image k of every generator was drawn from the same mask.
 *
 * @param vanilla results of the vanilla generator, seed by seed; left out, there is no difference
 * @returns nothing where no segmenter trained on real labels has read the images
 */
export function labelAgreement(
  { name, labels, results }: AgreementQuestion,
  vanilla: readonly GenerationResult[] | undefined,
  seed: number,
): Pick<AuditRecord, "agreement"> {
  const tallies = talliesOf(results, labels);
  if (!tallies) return {};
  const stream = random(seed).fork("label agreement", name, labels);
  const { value, low, high, perSeed, images } = bootstrap({ tallies }, additiveScores.f1, stream);
  const score = { metric: "F1@0.5", value, low, high: Math.min(1, high), perSeed: [...perSeed], n: images };
  const baseline = vanilla && talliesOf(vanilla, "input");
  if (!baseline) return { agreement: { score } };
  const above = pairedDifference({ tallies }, { tallies: baseline }, additiveScores.f1, stream.fork("above vanilla"));
  return {
    agreement: { score, aboveVanilla: { difference: above.difference, low: above.low, high: above.high } },
  };
}

function talliesOf(results: readonly GenerationResult[], labels: "input" | "cycled"): Tally[][] | undefined {
  const tallies = results.flatMap(({ agreement }) => (agreement ? [[...agreement[labels]]] : []));
  return tallies.length === results.length && tallies.length > 0 ? tallies : undefined;
}
