import { medianOf } from "../../image/median-of.ts";
import { fidelitySummary } from "../../metrics/fidelity-summary.ts";
import { cycleErrorJump, hiddenSignalVerdict } from "../../metrics/steganography.ts";
import { realRecord } from "../data-record.ts";
import type { AuditRecord, Circumstances, DataRecord, RunRecord, SteganographyRecord } from "../record.ts";
import { recordFrame } from "../record-frame.ts";
import { scoredArms } from "../scores.ts";
import { trainingRecords } from "../training-records.ts";
import type { SegmentArm } from "./arms.ts";
import { describeRealism } from "./describe-realism.ts";
import type { SegmentContext } from "./jobs/context.ts";
import type { SetDescription } from "./jobs/describe-set.ts";
import type { GenerationResult } from "./jobs/generate.ts";
import type { SegmentScore } from "./jobs/score.ts";
import { labelAgreement } from "./label-agreement.ts";
import { drawPictures } from "./pictures.ts";
import type { SegmentRecipe } from "./recipe.ts";
import { references } from "./references.ts";
import { judgeSegmentArms } from "./scores.ts";

/** Record of a run whose jobs are all done. */
export async function composeSegmentRecord(context: SegmentContext, made: Circumstances): Promise<RunRecord> {
  const { recipe, plan } = context;
  const scored = await scoredArms<SegmentScore>(context.folder, plan);
  const generated = await generations(context);
  const standIn = recipe.real === undefined;
  return {
    ...(await recordFrame(context, made)),
    recipe: withSteps(context),
    data: await dataRecords(context, standIn),
    ...judgeSegmentArms(recipe, scored),
    audits: generated.flatMap((generation) => auditRecords(generation, generated, recipe.seed)),
    steganography: generated.map(({ name, lowPass, results }) => steganographyRecord(name, lowPass, results)),
    descriptors: await describeRealism(context),
    trainings: await trainingRecords(context),
    pictures: await drawPictures(context, generated.at(-1)?.results[0]),
    warnings: [
      ...plan.warnings,
      ...(recipe.ignoreObjectsBelowPx > 0
        ? [`True objects below ${recipe.ignoreObjectsBelowPx} px were left out when scoring.`]
        : []),
      ...(recipe.segmenter.refineEdges ? [] : ["Outlines were scored as the networks draw them."]),
      ...(recipe.simulate.densityFactor !== 1
        ? [`Nuclei were drawn ${recipe.simulate.densityFactor} times as dense as in the real images, on purpose.`]
        : []),
    ],
    methods: references(plan),
  };
}

/** The recipe with the steps that its minutes came to on this machine: what repeats the run anywhere. */
function withSteps({ recipe, plan }: SegmentContext): SegmentRecipe {
  return {
    ...recipe,
    generator: { ...recipe.generator, steps: plan.cycleganSteps },
    segmenter: { ...recipe.segmenter, steps: plan.segmenterSteps },
  };
}

interface Generation {
  readonly name: string;
  readonly lowPass: number;
  readonly results: readonly GenerationResult[];
}

async function generations({ plan, folder }: SegmentContext): Promise<Generation[]> {
  return Promise.all(
    plan.variants.map(async ({ name, lowPass }) => ({
      name,
      lowPass,
      results: await Promise.all(
        plan.seeds.map(
          async (seed) => (await folder.readJson<GenerationResult>("checkpoints", `generate-${name}-${seed}.json`))!,
        ),
      ),
    })),
  );
}

function auditRecords({ name, results }: Generation, all: readonly Generation[], seed: number): AuditRecord[] {
  const vanilla = all.find((generation) => generation.name === "vanilla");
  return (["input", "cycled"] as const).map((labels) => {
    const summary = fidelitySummary(results.flatMap(({ audits }) => audits[labels]));
    const { images, kept, relabelled, rejected, invisibleShare } = summary;
    return {
      generator: `${name}, ${labels} mask`,
      images,
      kept,
      relabelled,
      rejected,
      witnesses: summary.witnesses.map((witness) => ({ ...witness })),
      invisibleShare,
      perImage: [...summary.perImage],
      ...labelAgreement(
        { name, labels, results },
        name === "vanilla" && labels === "input" ? undefined : vanilla?.results,
        seed,
      ),
    };
  });
}

function steganographyRecord(name: string, lowPass: number, results: readonly GenerationResult[]): SteganographyRecord {
  const errors = results[0]!.cycleErrors.map(({ disturbance }, d) => ({
    disturbance,
    error: mean(results.map(({ cycleErrors }) => cycleErrors[d]!.error)),
  }));
  const highBandRatio = mean(results.map((result) => result.highBandRatio));
  const invisibleShare = fidelitySummary(results.flatMap(({ audits }) => audits.input)).invisibleShare;
  const { outcome, reasons } = hiddenSignalVerdict({ cycleErrors: errors, invisibleShare, highBandRatio });
  const contacts = mediansOf(results.map((result) => result.contacts));
  const brightnessSpread = mediansOf(results.map((result) => result.brightnessSpread));
  return {
    generator: name,
    lowPass,
    cycleErrors: cycleErrorJump(errors),
    highBandRatio,
    ...(contacts ? { contacts } : {}),
    ...(brightnessSpread ? { brightnessSpread } : {}),
    hidden: outcome === "hidden signal",
    sentence:
      outcome === "free"
        ? "No sign of a hidden signal: the label comes back as well from disturbed images, and the labelled nuclei can be seen."
        : `${reasons.join(" ")} Set generator.consistencyWeight to 2, and check that masks are as dense as the real nuclei.`,
  };
}

/** Medians over all seeds, and how many numbers there are; undefined when there are none, such as when no nuclei touch. */
function mediansOf(results: readonly GenerationResult["contacts"][]): SteganographyRecord["contacts"] {
  const generated = results.flatMap((result) => result.generated);
  const simulated = results.flatMap((result) => result.simulated);
  if (generated.length === 0 || simulated.length === 0) return undefined;
  return { generated: medianOf(generated), simulated: medianOf(simulated), n: generated.length };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

async function dataRecords(context: SegmentContext, standIn: boolean): Promise<DataRecord[]> {
  const { realFolder, testFolder, plan, folder } = context;
  const labelUsers = plan.arms.filter(({ annotatedImages }) => annotatedImages > 0).map(({ name }) => name);
  const records = [await realRecord(realFolder, "real, for learning", labelUsers, standIn)];
  if (testFolder) records.push(await realRecord(testFolder, "real, for scoring", [], standIn));
  for (const seed of plan.seeds) {
    const simulated = await folder.readJson<SetDescription>("checkpoints", `simulate-${seed}.json`);
    if (simulated) records.push(syntheticRecord("simulated", simulated, usersOf(plan.arms, "simulated")));
    for (const { name } of plan.variants) {
      const result = await folder.readJson<GenerationResult>("checkpoints", `generate-${name}-${seed}.json`);
      if (!result) continue;
      for (const labels of ["input", "cycled"] as const)
        records.push(syntheticRecord("generated", result[labels], usersOf(plan.arms, `${name}-${labels}`)));
    }
  }
  return records;
}

function usersOf(arms: readonly SegmentArm[], set: string): string[] {
  return arms
    .filter(({ sources }) =>
      sources.some(
        (source) => (source.kind === "generated" ? `${source.generator}-${source.labels}` : source.kind) === set,
      ),
    )
    .map(({ name }) => name);
}

function syntheticRecord(
  role: "simulated" | "generated",
  { name, images, objects, hash }: SetDescription,
  labelsUsedBy: string[],
): DataRecord {
  return { role, name, images, objects, hash, labelsUsedBy, standIn: false };
}
