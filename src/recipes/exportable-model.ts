import { readdir } from "node:fs/promises";
import { DataError, RecipeError } from "../core/errors.ts";
import type { ArmRecord, RunRecord } from "./record.ts";
import type { RunFolder } from "./run-folder.ts";

/** A trained model of a finished run that others can use. */
export interface ExportableModel {
  readonly arm: Pick<ArmRecord, "name" | "title" | "training" | "role">;
  readonly seed: number;
  /** Safetensors file of its weights. */
  readonly weights: string;
}

/** Which model is meant. */
export interface ModelChoice {
  /** Left out: the arm that the verdict recommends. */
  readonly arm?: string;
  /** Left out: the first seed of that arm. */
  readonly seed?: number;
}

/** What a recipe calls its models, and their files in `models/`: `STEM-ARM-SEED.safetensors`. */
export interface ModelFiles {
  /** Several of them: `"segmenters"`. */
  readonly noun: string;
  readonly stem: string;
}

/**
 * The model of a run that is meant by arm and seed.
 *
 * @param planned arms of the plan, for a run that was not scored
 * @throws {@link RecipeError} for an arm that the run does not have, one without a trained model, or a seed that was not trained; each names
 *   those that there are
 * @throws {@link DataError} when the run keeps no such model at all
 */
export async function exportableModel(
  record: Pick<RunRecord, "arms" | "verdict">,
  folder: RunFolder,
  { noun, stem }: ModelFiles,
  {
    choice = {},
    planned = [],
  }: { readonly choice?: ModelChoice; readonly planned?: readonly ExportableModel["arm"][] } = {},
): Promise<ExportableModel> {
  const arms = record.arms.length > 0 ? record.arms : planned;
  const trained = await trainedSeeds(folder, arms, stem);
  if (trained.size === 0)
    throw new DataError({
      where: folder.file("models"),
      expected: `trained ${noun}, ${stem}-ARM-SEED.safetensors`,
      received: "none",
      fix: "Were they moved or deleted? Put them back, or name another run.",
    });
  const name = choice.arm ?? record.verdict.recommended;
  const seeds = trained.get(name);
  if (!seeds)
    throw new RecipeError({
      where: choice.arm === undefined ? "recommended arm" : "--arm",
      expected: `an arm with a trained model (${[...trained.keys()].join(", ")})`,
      received: `"${name}", which ${arms.some((arm) => arm.name === name) ? "has none" : "is no arm of this run"}`,
      fix: "Name one of these with --arm.",
    });
  const seed = choice.seed ?? seeds[0]!;
  if (!seeds.includes(seed))
    throw new RecipeError({
      where: "--seed",
      expected: `a seed that arm "${name}" was trained with (${seeds.join(", ")})`,
      received: `${seed}`,
    });
  const arm = arms.find((one) => one.name === name) ?? { name, title: name, training: name, role: "combined" };
  return { arm, seed, weights: folder.file("models", `${stem}-${name}-${seed}.safetensors`) };
}

/** Seeds whose weights are there, in order, by arm; arms in the order of the run. */
async function trainedSeeds(
  folder: RunFolder,
  arms: readonly Pick<ExportableModel["arm"], "name">[],
  stem: string,
): Promise<ReadonlyMap<string, readonly number[]>> {
  const weights = new RegExp(`^${stem}-(.+)-(\\d+)\\.safetensors$`);
  const files = await readdir(folder.file("models")).catch(() => []);
  const found = new Map<string, number[]>(arms.map(({ name }) => [name, []]));
  for (const file of files) {
    const [, name, seed] = weights.exec(file) ?? [];
    if (name !== undefined) found.set(name, [...(found.get(name) ?? []), Number(seed)]);
  }
  for (const [name, seeds] of found)
    if (seeds.length > 0) seeds.sort((a, b) => a - b);
    else found.delete(name);
  return found;
}
