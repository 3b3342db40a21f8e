import { readdir } from "node:fs/promises";
import { DataError, RecipeError } from "../../core/errors.ts";
import type { RunRecord } from "../record.ts";
import type { RunFolder } from "../run-folder.ts";
import type { SegmentArm } from "./arms.ts";
import type { SegmentInputs } from "./jobs/context.ts";
import { segmenterFiles } from "./jobs/fit-segmenter.ts";

/** A trained segmenter of a finished run. */
export interface ExportableModel {
  readonly arm: Pick<SegmentArm, "name" | "title" | "training" | "role">;
  readonly seed: number;
  /** Safetensors file of its weights. */
  readonly weights: string;
}

/** Weights of a segmenter in `models/`: `segmenter-ARM-SEED.safetensors`. */
const WEIGHTS = /^segmenter-(.+)-(\d+)\.safetensors$/;

/**
 * The segmenter of a run that is meant by arm and seed.
 *
 * @param choice.arm left out: the arm that the verdict recommends
 * @param choice.seed left out: the first seed of that arm
 * @throws {@link RecipeError} for an arm that the run does not have, one without a trained model, or a seed that was not trained; each names
 *   those that there are
 * @throws {@link DataError} when the run keeps no segmenter at all
 */
export async function exportableModel(
  record: RunRecord,
  folder: RunFolder,
  choice: { readonly arm?: string; readonly seed?: number } = {},
): Promise<ExportableModel> {
  if (record.recipe.recipe !== "segment")
    throw new RecipeError({
      where: folder.path,
      expected: "a run of the recipe segment",
      received: `one of ${record.recipe.recipe}`,
      fix: "Its models lie as ONNX in the models folder of the run; packages of them will follow.",
    });
  const inputs = await folder.readJson<Partial<SegmentInputs>>("inputs.json");
  const arms: readonly ExportableModel["arm"][] = record.arms.length > 0 ? record.arms : (inputs?.plan?.arms ?? []);
  const trained = await trainedSeeds(folder, arms);
  if (trained.size === 0)
    throw new DataError({
      where: folder.file("models"),
      expected: "trained segmenters, segmenter-ARM-SEED.safetensors",
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
  return { arm, seed, weights: segmenterFiles({ folder }, name, seed).weights };
}

/** Seeds whose weights are there, in order, by arm; arms in the order of the run. */
async function trainedSeeds(
  folder: RunFolder,
  arms: readonly Pick<SegmentArm, "name">[],
): Promise<ReadonlyMap<string, readonly number[]>> {
  const files = await readdir(folder.file("models")).catch(() => []);
  const found = new Map<string, number[]>(arms.map(({ name }) => [name, []]));
  for (const file of files) {
    const [, name, seed] = WEIGHTS.exec(file) ?? [];
    if (name !== undefined) found.set(name, [...(found.get(name) ?? []), Number(seed)]);
  }
  for (const [name, seeds] of found)
    if (seeds.length > 0) seeds.sort((a, b) => a - b);
    else found.delete(name);
  return found;
}
