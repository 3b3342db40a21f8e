import { join } from "node:path";
import { DataError } from "../core/errors.ts";
import { random } from "../core/random.ts";
import { openDataset } from "../data/folder-dataset.ts";
import { referTo } from "../data/refer-to.ts";
import { splitByGroup, subset } from "../data/split.ts";
import type { BaseRecipe } from "./base-recipe.ts";
import { realRecord } from "./data-record.ts";
import { kindOf } from "./kinds.ts";
import type { RunInputs } from "./recipe-kind.ts";
import type { RunRecord } from "./record.ts";
import { recordFrame } from "./record-frame.ts";
import { openRunFolder, type RunFolder, runFolder } from "./run-folder.ts";
import type { Arm, ImageScore, ScoredArm } from "./scored-arm.ts";
import { scoredArms } from "./scores.ts";

/** Folder of a fold of a cross-validation, counted from 1. */
export function foldFolder(out: string, number: number): string {
  return join(out, `fold-${number}`);
}

/** A recipe that is cross-validated. */
export type FoldedRecipe = BaseRecipe & { readonly folds: number; readonly real: string };

/** Folders of one fold: `learn` and `test` name images of the user's folder. */
interface Fold {
  readonly learn: string;
  readonly test: string;
}

/** Does an ordinary run in a folder. */
type RunOnce = (recipe: BaseRecipe, path: string) => Promise<{ readonly record: RunRecord }>;

/**
 * A recipe worked once for each part of the labelled images, by models that learned from everything else, and the scores of all parts judged
 * together: a few images are all learned from and all scored, and the interval is that of all of them.
 *
 * Every fold is a run of its own in `fold-K/`, so that it continues where it stopped; its images are named in `data/fold-K/`. The record is an
 * ordinary one, whose evidence on generators stands in the records of the folds.
 *
 * @param command what was typed, for the record
 * @see Stone, "Cross-validatory choice and assessment of statistical predictions", J. R. Stat. Soc. B 36, 111 (1974)
 * @throws {@link DataError} when there are fewer groups of labelled images than folds
 */
export async function crossValidate(
  recipe: FoldedRecipe,
  out: string,
  command: string,
  runOnce: RunOnce,
): Promise<{ record: RunRecord; folder: RunFolder }> {
  const folder = await openRunFolder(out, recipe, ["data"]);
  const isContinued = (await folder.readEvents()).length > 0;
  await folder.log({ event: isContinued ? "continue" : "start", command });
  const results: FoldResult[] = [];
  for (const [k, fold] of (await dealFolds(recipe, folder)).entries())
    results.push(await workFold(recipe, folder, k + 1, fold, runOnce));
  const record = await recordOf(recipe, folder, results, command);
  await folder.writeJson(record, "record.json");
  return { record, folder };
}

/** What a fold leaves. */
interface FoldResult {
  readonly record: RunRecord;
  readonly scored: readonly ScoredArm<ImageScore>[];
}

/** Does a fold, unless it is done. */
async function workFold(
  recipe: FoldedRecipe,
  folder: RunFolder,
  number: number,
  { learn, test }: Fold,
  runOnce: RunOnce,
): Promise<FoldResult> {
  const { folds, ...rest } = recipe;
  const title = `${recipe.title}, fold ${number} of ${folds}`;
  const own = runFolder(foldFolder(folder.path, number));
  let record = await own.readJson<RunRecord>("record.json");
  if (!record) {
    ({ record } = await runOnce({ ...rest, title, real: learn, test, minutes: recipe.minutes / folds }, own.path));
    await folder.log({ event: "job", job: `fold-${number}` });
  }
  const { plan } = (await own.readJson<RunInputs>("inputs.json"))!;
  return { record, scored: await scoredArms(own, plan) };
}

/** Record of all folds together. */
async function recordOf(
  recipe: FoldedRecipe,
  folder: RunFolder,
  results: readonly FoldResult[],
  command: string,
): Promise<RunRecord> {
  const scored = together(results.map((result) => result.scored));
  const labelUsers = scored.filter(({ arm }) => arm.annotatedImages > 0).map(({ arm }) => arm.name);
  const records = results.map(({ record }) => record);
  const made = {
    command,
    machine: records.at(-1)!.machine,
    peakMemoryMb: Math.max(...records.map(({ peakMemoryMb }) => peakMemoryMb)),
  };
  return {
    ...(await recordFrame({ recipe, folder }, made)),
    recipe: { ...recipe },
    data: [await realRecord(recipe.real, "real, for scoring", labelUsers, false)],
    ...kindOf(recipe).judge(recipe, scored),
    trainings: [],
    pictures: [],
    facts: [
      {
        name: "Cross-validation",
        text: `${recipe.folds} folds: every labelled image is scored once, by models that learned from the images of the other folds. Pictures, audits and training curves stand on the pages of the folds, fold-1/report.html and so on.`,
      },
    ],
    warnings: recipe.folds > 2 ? [OVERLAP] : [],
    methods: [
      ...records[0]!.methods,
      { name: "Cross-validation", reference: "Stone, J. R. Stat. Soc. B 36, 111 (1974)" },
    ],
  };
}

const OVERLAP =
  "Models of different folds learned from images that they share. The intervals are over seeds and scored images; what other images to learn from would have brought is not in them.";

/** Deals the images out, and writes what each fold learns from and is scored on; images without labels are learned from in every fold. */
async function dealFolds({ real, folds, seed }: FoldedRecipe, folder: RunFolder): Promise<Fold[]> {
  const { listing, ...dataset } = await openDataset(real);
  const hasAnswer = listing.images.map(({ labels, partner }) => labels !== undefined || partner !== undefined);
  const labelled = await subset(
    dataset,
    hasAnswer.flatMap((has, index) => (has ? [index] : [])),
  );
  const groups = new Set(labelled.entries!.map(({ group }) => group)).size;
  if (groups < folds)
    throw new DataError({
      where: real,
      expected: `at least ${folds} groups of labelled images, one for each fold`,
      received: `${groups}, with ${labelled.length} labelled images`,
      fix: "Ask for fewer folds, or label more images; images of one group never part.",
    });
  const fractions = Array.from({ length: folds }, () => 1 / folds);
  const tested = await splitByGroup(labelled, { fractions, random: random(seed).fork("folds") });
  return Promise.all(
    tested.map(async ({ entries }, k) => {
      const held = new Set(entries!.map(({ name }) => name));
      const learned = listing.images.map(({ name }) => name).filter((name) => !held.has(name));
      const write = async (names: readonly string[], part: "learn" | "test") => {
        const path = folder.file("data", `fold-${k + 1}`, part);
        await referTo([{ listing, names }], { folder: path, name: `${listing.name}, fold ${k + 1}, ${part}` });
        return path;
      };
      return { learn: await write(learned, "learn"), test: await write([...held], "test") };
    }),
  );
}

/** Arms that every fold has scored, seed by seed with the images of all folds. */
function together(folds: readonly (readonly ScoredArm<ImageScore>[])[]): ScoredArm<ImageScore>[] {
  return folds[0]!.flatMap(({ arm: { name }, seeds }) => {
    const same = folds.flatMap((fold) => fold.find(({ arm }) => arm.name === name) ?? []);
    if (same.length < folds.length) return [];
    const images = seeds.map((_, s) => same.flatMap((one) => one.seeds[s] ?? []));
    return { arm: describedTogether(same.map(({ arm }) => arm)), seeds: images };
  });
}

/** One arm of several folds, whose numbers of images may differ by a few: "All 46–47 real labels". */
function describedTogether(arms: readonly Arm[]): Arm {
  const counts = arms.map(({ annotatedImages }) => annotatedImages);
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  const [arm] = arms as [Arm];
  const ranged = (text: string) =>
    least === most ? text : text.replace(String(arm.annotatedImages), `${least}–${most}`);
  return { ...arm, title: ranged(arm.title), training: ranged(arm.training), annotatedImages: most };
}
