import os from "node:os";
import { openDataset } from "../../data/folder-dataset.ts";
import { keptContrast } from "../../generators/diffusion/kept-contrast.ts";
import { samplers } from "../../generators/diffusion/samplers/index.ts";
import { memoryHere } from "../machine.ts";
import type { SettleOptions } from "../recipe-kind.ts";
import { refuseLeaks } from "../refuse-leaks.ts";
import type { RunFolder } from "../run-folder.ts";
import { workerMemoryMb } from "../run-memory.ts";
import { superResolveArms } from "./arms.ts";
import { settleDegradation } from "./degradation.ts";
import { type Fields, openFields } from "./fields.ts";
import type { SuperResolveInputs } from "./jobs/context.ts";
import { planSuperResolve } from "./plan.ts";
import type { SuperResolveRecipe } from "./recipe.ts";
import { standInPairs } from "./stand-in.ts";
import { superResolveSeconds } from "./step-seconds.ts";
import { denoiserSettings, superResolveTrainings } from "./trainings.ts";

/** Cuts and splits the fields, fits the degradation, measures this machine, plans the work. */
export async function settleSuperResolve(
  recipe: SuperResolveRecipe,
  folder: RunFolder,
  options: SettleOptions,
): Promise<SuperResolveInputs> {
  const standIn = recipe.real === undefined ? await standInPairs(folder, recipe, options) : undefined;
  const realFolder = standIn?.real ?? recipe.real!;
  const testFolder = standIn?.test ?? recipe.test;
  if (testFolder !== undefined) await refuseLeaks(await openDataset(realFolder), await openDataset(testFolder));
  const fields = await openFields(recipe, realFolder, testFolder);
  const arePaired = fields.paired.every(({ low }) => low !== undefined);
  const arms = superResolveArms({ learned: fields.learn.length, paired: fields.paired.length, arePaired });
  const workers = recipe.workers ?? Math.min(4, os.availableParallelism());
  const degradation = await settleDegradation(recipe, fields.paired, options);
  const trainings = superResolveTrainings(recipe);
  const plan = planSuperResolve(recipe, {
    arms,
    workers,
    seconds: await superResolveSeconds(recipe, trainings, options.device),
    workerMb: await workerMemoryMb(Object.values(trainings)),
    memory: memoryHere(),
  });
  const pixelSizeUm = recipe.fields.pixelSizeUm ?? (await storedPixelSizeUm(realFolder));
  return {
    recipe,
    plan: { ...plan, warnings: [...remarks(fields, arePaired), ...(await lossOfContrast(recipe)), ...plan.warnings] },
    realFolder,
    testFolder,
    degradation,
    ...(pixelSizeUm === undefined ? {} : { pixelSizeUm }),
  };
}

/** What a reader should know of the data before any number. */
function remarks({ learn, test }: Fields, arePaired: boolean): string[] {
  const found: string[] = [];
  if (test.length < 10) found.push(`Only ${test.length} held-out fields: their intervals are of little worth.`);
  if (learn.length < 4)
    found.push(`Only ${learn.length} fields to learn from; the generator sees little of how your images vary.`);
  if (test.some(({ low }) => low === undefined))
    found.push("The poor images of the held-out fields are computed from the sharp ones, not recorded.");
  if (!arePaired) found.push("The real images have no poor partners, so the degradation is assumed, not fitted.");
  const recorded = new Set(test.map(({ group }) => group)).size;
  if (recorded < test.length)
    found.push(
      `The ${test.length} held-out fields are tiles of ${recorded} recorded ${recorded === 1 ? "image" : "images"}; the intervals say nothing about other images.`,
    );
  return found;
}

/** A sampler that loses more than this share of the contrast of fine detail makes images that are visibly too even. */
const MOST_LOST = 0.2;

/** Standard deviation of fine detail on the network's −1…1 scale, such as thin filaments of dim cells. */
const FINE_DETAIL = 0.1;

/** What the sampler of a recipe would take from every generated image, however good the generator. */
async function lossOfContrast(recipe: SuperResolveRecipe): Promise<string[]> {
  const { sampler, samplingSteps } = recipe.generator;
  const kept = await keptContrast(samplers[sampler](), {
    schedule: denoiserSettings(recipe).schedule,
    steps: samplingSteps,
    detail: FINE_DETAIL,
  });
  if (kept >= 1 - MOST_LOST) return [];
  return [
    `Fine detail of generated images keeps only ${Math.round(100 * kept)} % of its contrast with ${samplingSteps} steps of ${sampler}; more steps, or the sampler dpm-solver-2m, keep more.`,
  ];
}

async function storedPixelSizeUm(folder: string): Promise<number | undefined> {
  const { image, annotations } = await (await openDataset(folder)).get(0);
  return (annotations.partner ?? image).pixelSizeUm;
}
