import { realRecord } from "../data-record.ts";
import { realismRecord } from "../realism.ts";
import type { Circumstances, DataRecord, RunRecord } from "../record.ts";
import { recordFrame } from "../record-frame.ts";
import { scoredArms } from "../scores.ts";
import { trainingRecords } from "../training-records.ts";
import { degradationText } from "./describe-plan.ts";
import { openFields } from "./fields.ts";
import { heldOutPatches } from "./held-out.ts";
import { type SuperResolveContext, syntheticFolder } from "./jobs/context.ts";
import type { GenerationResult } from "./jobs/generate.ts";
import type { SuperResolveScore } from "./jobs/score.ts";
import type { SetSummary } from "./jobs/set-summary.ts";
import { planesOf } from "./pairs.ts";
import { drawPictures } from "./pictures.ts";
import { probeModels } from "./probes.ts";
import { lineProfiles } from "./profiles.ts";
import type { SuperResolveRecipe } from "./recipe.ts";
import { openReconstructions } from "./reconstructions.ts";
import { superResolveReferences } from "./references.ts";
import { judgeSuperResolveArms } from "./scores.ts";

/** Record of a run whose jobs are all done. */
export async function composeSuperResolveRecord(context: SuperResolveContext, made: Circumstances): Promise<RunRecord> {
  const { recipe, plan, folder, realFolder, testFolder, degradation } = context;
  const scored = await scoredArms<SuperResolveScore>(folder, plan);
  const fields = await openFields(recipe, realFolder, testFolder);
  const generations = await Promise.all(
    plan.seeds.map(async (seed) => (await folder.readJson<GenerationResult>("checkpoints", `generate-${seed}.json`))!),
  );
  const reconstructions = await openReconstructions(context, fields);
  return {
    ...(await recordFrame(context, made)),
    recipe: withSteps(context),
    data: await dataRecords(context, generations),
    ...judgeSuperResolveArms(recipe, scored),
    realism: [
      ...generations.map(({ realism }, k) => ({ ...realism, source: `generated (seed ${plan.seeds[k]})` })),
      await mathematicalRealism(context, fields),
    ],
    novelty: generations.map(({ novelty }, k) => ({ ...novelty, generator: `diffusion (seed ${plan.seeds[k]})` })),
    profiles: lineProfiles(context, reconstructions),
    probes: await probeModels(context, fields, reconstructions),
    trainings: await trainingRecords(context),
    pictures: await drawPictures(context, fields, reconstructions),
    facts: [
      { name: "Poor images for training", text: degradationText(degradation) },
      { name: "Generator", text: beginningText(recipe) },
    ],
    warnings: [...plan.warnings],
    methods: superResolveReferences,
  };
}

/** What the generator knew before it saw a sharp field. */
function beginningText(recipe: SuperResolveRecipe): string {
  return recipe.generator.pretrained
    ? "begins with weights that were trained on simulated microscopy, and learns from the sharp fields"
    : "begins with random weights, and learns from the sharp fields alone";
}

/** The recipe with the steps that its minutes came to on this machine: what repeats the run anywhere. */
function withSteps({ recipe, plan }: SuperResolveContext): SuperResolveRecipe {
  return {
    ...recipe,
    generator: { ...recipe.generator, steps: plan.diffusionSteps },
    superResolver: { ...recipe.superResolver, steps: plan.superResolverSteps },
  };
}

async function mathematicalRealism(
  { recipe, plan, folder }: SuperResolveContext,
  fields: Parameters<typeof heldOutPatches>[1],
) {
  const made = (await planesOf(syntheticFolder(folder, "mathematical", plan.seeds[0]!))).slice(0, 200);
  const real = heldOutPatches(recipe, fields, made.length).map(({ image }) => image);
  return realismRecord("mathematical model", { made, real }, { seed: recipe.seed });
}

async function dataRecords(
  { recipe, plan, folder, realFolder, testFolder }: SuperResolveContext,
  generations: readonly GenerationResult[],
): Promise<DataRecord[]> {
  const standIn = recipe.real === undefined;
  const learners = plan.arms.filter(({ annotatedImages }) => annotatedImages > 0).map(({ name }) => name);
  const { images } = recipe.fields;
  const records = [await realRecord(realFolder, "real, for learning", learners, standIn, { images })];
  if (testFolder) records.push(await realRecord(testFolder, "real, for scoring", [], standIn, { images }));
  for (const [k, seed] of plan.seeds.entries()) {
    const drawn = await folder.readJson<SetSummary>("checkpoints", `simulate-${seed}.json`);
    if (drawn) records.push(syntheticRecord("simulated", drawn, ["mathematical"]));
    records.push(syntheticRecord("generated", generations[k]!.set, ["generated", "combined"]));
  }
  return records;
}

function syntheticRecord(role: DataRecord["role"], set: SetSummary, labelsUsedBy: string[]): DataRecord {
  return { role, ...set, objects: 0, labelsUsedBy, standIn: false };
}
