import { join, resolve } from "node:path";
import { stopIfCancelled, type WorkOptions } from "../../core/progress.ts";
import type { PackageAuthor, PackageCitation } from "../../engine/package/bioimage-package.ts";
import { packageVersion } from "../../recipes/machine.ts";
import { runFolder } from "../../recipes/run-folder.ts";
import { packageCitations, segmenterPackage } from "../../recipes/segment/export-package.ts";
import { type ExportableModel, exportableModel } from "../../recipes/segment/exportable-model.ts";
import { isSimulated, modelCard } from "../../report/model-card.ts";
import { EXPORT_PX } from "../../tasks/segment/export.ts";
import { readCalibration } from "./read-calibration.ts";
import { readRecord } from "./read-record.ts";
import { writePackage } from "./write-package.ts";

/** Which model, where to, and what people say about it. */
export interface ExportPackageOptions extends WorkOptions {
  /** Left out: the arm that the verdict recommends. */
  readonly arm?: string;
  /** Left out: the first. */
  readonly seed?: number;
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
 * Writes a trained segmenter of a finished run as a package of the BioImage Model Zoo: a folder, and a zip beside it.
 *
 * @throws {@link DataError} when the folder holds no finished run, or none of its models
 * @throws {@link FormatError} when the run's record or calibration is damaged
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
  const calibration = await readCalibration(join(run, "inputs.json"));
  const model = await exportableModel(record, folder, {
    ...(arm === undefined ? {} : { arm }),
    ...(seed === undefined ? {} : { seed }),
  });
  const { name = defaultName(model), description = defaultDescription(model, isSimulated(record)) } = texts;
  const fantascope = packageVersion();
  tell(0);
  const files = await segmenterPackage(model, calibration, {
    name,
    description,
    documentation: modelCard(record, { ...model, name, inputPx: EXPORT_PX, authors, license, fantascope }),
    authors,
    license,
    cite: [...cite, ...packageCitations(record, model.arm)],
    timestamp: record.finishedAt,
  });
  tell(1);
  const target = resolve(out ?? folder.file("export", fileName(name)));
  const zip = await writePackage(target, files);
  onProgress?.({ stage, done: 2, total: 2 });
  return { model, name, folder: target, zip, isSimulated: isSimulated(record) };
}

function defaultName({ arm, seed }: ExportableModel): string {
  return `Fantascope nuclei segmenter (${arm.name} seed ${seed})`;
}

function defaultDescription({ arm }: ExportableModel, simulated: boolean): string {
  const caution = simulated ? ' The "real" images of its run, and with them its scores, are simulated.' : "";
  return `Finds nuclei in two-dimensional fluorescence images, as maps of foreground, border and distance. Trained on ${arm.training}.${caution}`;
}

/** A name of the zoo as the name of a folder. */
function fileName(name: string): string {
  return name
    .toLowerCase()
    .replaceAll(/[^a-z0-9+_]+/g, "-")
    .replaceAll(/^-|-$/g, "");
}
