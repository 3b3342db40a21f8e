import { resolve } from "node:path";
import { RecipeError } from "../../core/errors.ts";
import { stopIfCancelled, type WorkOptions } from "../../core/progress.ts";
import type { PackageAuthor, PackageCitation } from "../../engine/package/bioimage-package.ts";
import type { ExportableModel, ModelChoice } from "../../recipes/exportable-model.ts";
import { recipeKinds } from "../../recipes/kinds.ts";
import { packageVersion } from "../../recipes/machine.ts";
import type { RecipeKind } from "../../recipes/recipe-kind.ts";
import type { RunRecord } from "../../recipes/record.ts";
import { runFolder } from "../../recipes/run-folder.ts";
import { isSimulated, modelCard } from "../../report/model-card.ts";
import { readRecord } from "./read-record.ts";
import { writePackage } from "./write-package.ts";

/** Which model, where to, and what people say about it. */
export interface ExportPackageOptions extends WorkOptions, ModelChoice {
  /** Folder of the package; left out: `export/NAME` in the run folder. */
  readonly out?: string;
  readonly name?: string;
  readonly description?: string;
  readonly authors: readonly PackageAuthor[];
  /** SPDX identifier. */
  readonly license: string;
  /** What to cite before the methods that the model rests on. */
  readonly cite?: readonly PackageCitation[];
}

/** What was written. */
export interface ExportedPackage {
  readonly model: ExportableModel;
  readonly name: string;
  readonly folder: string;
  readonly zip: string;
  /** Whether the scores in it come from a stand-in microscope. */
  readonly isSimulated: boolean;
}

/**
 * Writes a trained model of a finished run as a package of the BioImage Model Zoo: a folder, and a zip beside it.
 *
 * @throws {@link DataError} when the folder holds no finished run, or none of its models
 * @throws {@link FormatError} when the run's record, or what it settled, is damaged
 * @throws {@link RecipeError} for an arm or seed without a model
 * @throws {@link OutputError} when the folder holds something else or cannot be written
 */
export async function exportPackage(
  run: string,
  { arm, seed, out, authors, license, cite = [], signal, onProgress, ...texts }: ExportPackageOptions,
): Promise<ExportedPackage> {
  const stage = "export";
  const tell = (done: number) => {
    stopIfCancelled(signal, stage);
    onProgress?.({ stage, done, total: 2 });
  };
  const folder = runFolder(resolve(run));
  const record = await readRecord(run);
  const packaged = await kindOfRecord(record, run).exportPackage(folder, record, {
    ...(arm === undefined ? {} : { arm }),
    ...(seed === undefined ? {} : { seed }),
  });
  const { model, card, cite: papers } = packaged;
  const { name = packaged.name, description = `${packaged.description}${isSimulated(record) ? CAUTION : ""}` } = texts;
  const fantascope = packageVersion();
  tell(0);
  const files = await packaged.files({
    name,
    description,
    documentation: modelCard(record, { ...model, name, texts: card, authors, license, fantascope }),
    authors,
    license,
    cite: [...cite, ...papers],
    timestamp: record.finishedAt,
  });
  tell(1);
  const target = resolve(out ?? folder.file("export", fileName(name)));
  const zip = await writePackage(target, files);
  onProgress?.({ stage, done: 2, total: 2 });
  return { model, name, folder: target, zip, isSimulated: isSimulated(record) };
}

/** Kind of the recipe that a run followed. @throws {@link RecipeError} when this version does not know it */
function kindOfRecord({ recipe }: Pick<RunRecord, "recipe">, run: string): RecipeKind {
  const name = String(recipe.recipe);
  const kind = Object.hasOwn(recipeKinds, name) ? recipeKinds[name] : undefined;
  if (kind) return kind;
  throw new RecipeError({
    where: run,
    expected: `a run of one of the recipes ${Object.keys(recipeKinds).join(", ")}`,
    received: `one of "${name}"`,
    fix: "Was it made by another version of fantascope? Use that version.",
  });
}

/** Behind the description of a model whose scores nobody should take for real ones. */
const CAUTION = ' The "real" images of its run, and with them its scores, are simulated.';

/** A name of the zoo as the name of a folder. */
function fileName(name: string): string {
  return name
    .toLowerCase()
    .replaceAll(/[^a-z0-9+_]+/g, "-")
    .replaceAll(/^-|-$/g, "");
}
