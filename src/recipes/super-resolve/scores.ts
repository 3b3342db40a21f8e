import { meanScore, valueTally } from "../../metrics/additive-scores.ts";
import type { Judgement } from "../recipe-kind.ts";
import type { ArmRecord, Comparison } from "../record.ts";
import type { ScoredArm } from "../scored-arm.ts";
import { armRecords, comparisons, type Metric, type Question } from "../scores.ts";
import { toldOnce } from "../told-once.ts";
import type { SuperResolveScore } from "./jobs/score.ts";
import type { SuperResolveRecipe } from "./recipe.ts";

const HIGHEST_PSNR = 100;

/** A mean over test fields of one of their measures. */
function meanOf(measure: "psnr" | "ssim" | "msSsim" | "nrmse" | "frcCutoff") {
  return { tally: (image: SuperResolveScore) => valueTally(image[measure]), score: meanScore };
}

/** Metrics in which arms are compared, the headline first. A tenth of a decibel nobody sees; two tenths begin to show in dim structure. */
export const comparedMetrics: readonly Metric<SuperResolveScore>[] = [
  { name: "PSNR", ...meanOf("psnr"), range: [0, HIGHEST_PSNR], unit: "dB", smallestDifferenceThatMatters: 0.2 },
  { name: "MS-SSIM", ...meanOf("msSsim"), smallestDifferenceThatMatters: 0.005 },
  { name: "FRC cut-off", ...meanOf("frcCutoff") },
];

/** Scores of the super-resolve task. */
export const superResolveMetrics: readonly Metric<SuperResolveScore>[] = [
  ...comparedMetrics,
  { name: "SSIM", ...meanOf("ssim") },
  { name: "NRMSE", ...meanOf("nrmse"), range: [0, Number.MAX_VALUE] },
];

/** Comparisons that a reader asks for, the published claim first: generated images against the few real ones, and against the model. */
export const superResolveQuestions: readonly Question[] = [
  ["generated", "experimental"],
  ["generated", "mathematical"],
  ["generated", "experimental-degraded"],
  ["generated", "all-sharp-degraded"],
  ["combined", "experimental"],
  ["combined", "experimental-degraded"],
  ["generated", "wiener"],
  ["generated", "richardson-lucy"],
];

/** What the scores of the arms say. */
export function judgeSuperResolveArms(
  { seed }: Pick<SuperResolveRecipe, "seed">,
  scored: readonly ScoredArm<SuperResolveScore>[],
): Judgement {
  const arms = armRecords(scored, superResolveMetrics, seed);
  const compared = comparisons(scored, comparedMetrics, superResolveQuestions, seed);
  return { arms, comparisons: compared, verdict: superResolveVerdict(arms, compared), learningCurves: [] };
}

/** Headline of a run: do generated images train a better super-resolver than the few real ones, and which arm to use? */
function superResolveVerdict(arms: readonly ArmRecord[], compared: readonly Comparison[]): Judgement["verdict"] {
  const headline = comparedMetrics[0]!;
  const score = (name: string) =>
    arms.find((arm) => arm.name === name)!.scores.find(({ metric }) => metric === headline.name)!.value;
  const best = arms.reduce((a, b) => (score(b.name) > score(a.name) ? b : a));
  const find = (baseline: string) => compared.filter((one) => one.arm === "generated" && one.baseline === baseline);
  const [against, ...others] = find("experimental");
  if (!against) return { outcome: "not scored", sentence: "No comparison could be made.", recommended: best.name };
  const change = `${headline.name} is ${score("generated").toFixed(2)} dB with them, ${score("experimental").toFixed(2)} dB with the real images alone`;
  const lead = {
    helped: `Generated images helped: ${change}.`,
    hurt: `Generated images did not serve here: ${change}.`,
    "no clear difference": `Generated images made no clear difference here: ${change}.`,
    "cannot tell": `Whether generated images helped cannot be told from these test fields: ${change}.`,
  }[against.outcome];
  const told = [
    against,
    ...others,
    ...find("mathematical"),
    ...find("experimental-degraded").slice(0, 1),
    ...find("all-sharp-degraded").slice(0, 1),
  ];
  return {
    outcome: against.outcome,
    sentence: toldOnce([lead, ...told.map(({ sentence }) => sentence)]),
    recommended: best.name,
  };
}
