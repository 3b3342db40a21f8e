import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { FantascopeError } from "../../core/errors.ts";
import type { LabelMap } from "../../core/plane.ts";
import { stopIfCancelled, type WorkOptions } from "../../core/progress.ts";
import { openDataset } from "../../data/folder-dataset.ts";
import { readLabels, writeFileAtomically, writeLabels, writeRgbPng } from "../../data/formats/index.ts";
import type { DeviceName } from "../../engine/devices.ts";
import { medianOf } from "../../image/median-of.ts";
import { overlay } from "../../image/overlay.ts";
import { regions } from "../../image/regions.ts";
import { loadModel } from "../../tasks/segment/model-file.ts";
import { openSegmenter, segmentInstances } from "../../tasks/segment/predict.ts";
import { chosenChannel } from "./chosen-channel.ts";
import { claimFolder } from "./claim-folder.ts";
import { fingerprint } from "./fingerprint.ts";
import { requireModelFile } from "./require-model-file.ts";

/** How predictions are made. */
export interface PredictOptions extends WorkOptions {
  /** Channel of the images that shows the nuclei, from 1. */
  readonly channel?: number;
  readonly threads?: number;
  /** Where networks are computed. */
  readonly device?: DeviceName;
}

/** What was predicted. */
export interface PredictedFolder {
  readonly images: number;
  readonly objects: number;
  /** Images that could not be read or segmented, with the reason. */
  readonly failed: readonly { readonly image: string; readonly reason: string }[];
  /** `counts.csv`: objects of every image, and their median area in pixels. */
  readonly table: string;
}

/**
 * Segments every image of a folder: label maps in `labels/` (TIFF, 16 or 32 bits), outlines drawn on the images in `overlays/` (PNG) and
 * `counts.csv`. One image is in memory at a time; called again, images that are done are passed over.
 *
 * @param modelFiles one segmenter, or several whose predictions are averaged
 * @throws {@link DataError} when there is no image or no such model
 * @throws {@link OutputError} when the folder holds something else or cannot be written
 */
export async function predictFolder(
  modelFiles: readonly string[],
  images: string,
  out: string,
  { channel = 1, threads = 1, device = "cpu", signal, onProgress }: PredictOptions = {},
): Promise<PredictedFolder> {
  for (const file of modelFiles) await requireModelFile(file);
  const states = modelFiles.map((file) => loadModel(file).state);
  const dataset = await openDataset(images);
  const models = fingerprint(...(await Promise.all(modelFiles.map((file) => readFile(file)))));
  await claimFolder(out, "predict", { models, channel });
  const segmenter = await openSegmenter(states, { threads, device });
  const rows: string[] = [];
  const failed: { image: string; reason: string }[] = [];
  let objects = 0;
  try {
    for (let index = 0; index < dataset.length; index++) {
      stopIfCancelled(signal, "predict");
      const { name } = dataset.entries[index]!;
      const stem = name.replaceAll(/[\\/]/g, "_");
      const files = { labels: join(out, "labels", `${stem}.tif`), overlay: join(out, "overlays", `${stem}.png`) };
      try {
        let labels: LabelMap;
        // the overlay is written last: where it is, the label map is whole
        if (existsSync(files.overlay)) labels = await readLabels(files.labels);
        else {
          const plane = chosenChannel(await dataset.get(index), channel);
          labels = await segmentInstances(segmenter, plane);
          await writeLabels(files.labels, labels);
          await writeRgbPng(files.overlay, overlay(plane, labels));
        }
        const areas = regions(labels).map(({ area }) => area);
        objects += areas.length;
        rows.push(`${csvCell(name)},${areas.length},${areas.length > 0 ? medianOf(areas) : ""}`);
      } catch (error) {
        if (!(error instanceof FantascopeError) || error.kind === "output") throw error;
        failed.push({ image: name, reason: error.message });
      }
      onProgress?.({ stage: "predict", done: index + 1, total: dataset.length, note: name });
    }
  } finally {
    await segmenter.release();
  }
  const table = join(out, "counts.csv");
  await writeFileAtomically(table, `image,nuclei,medianAreaPx\n${rows.map((row) => `${row}\n`).join("")}`);
  return { images: dataset.length - failed.length, objects, failed, table };
}

function csvCell(text: string): string {
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
