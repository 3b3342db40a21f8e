import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { FantascopeError } from "../../core/errors.ts";
import type { Plane } from "../../core/plane.ts";
import { stopIfCancelled, type WorkOptions } from "../../core/progress.ts";
import type { Item } from "../../data/dataset.ts";
import { openDataset } from "../../data/folder-dataset.ts";
import { writeOmeTiff, writeRgbPng } from "../../data/formats/index.ts";
import { UNIT_PERCENTILES } from "../../data/unit-plane.ts";
import type { DeviceName } from "../../engine/devices.ts";
import { resizePlane } from "../../image/resize-plane.ts";
import { sheet } from "../../image/sheet.ts";
import { ensembleOf } from "../../tasks/super-resolve/ensemble.ts";
import { loadSuperResolver } from "../../tasks/super-resolve/model-file.ts";
import { openSuperResolver } from "../../tasks/super-resolve/predict.ts";
import { chosenChannel } from "./chosen-channel.ts";
import { claimFolder } from "./claim-folder.ts";
import { fingerprint } from "./fingerprint.ts";

/** How images are restored. */
export interface RestoreOptions extends WorkOptions {
  /** Channel to restore, from 1; unless given, the brightest of each image, as in training. */
  readonly channel?: number;
  readonly threads?: number;
  /** Where networks are computed. */
  readonly device?: DeviceName;
}

/** What was restored. */
export interface RestoredFolder {
  readonly images: number;
  /** Images that could not be read or restored, with the reason. */
  readonly failed: readonly { readonly image: string; readonly reason: string }[];
}

/**
 * Restores every image of a folder by a super-resolver: `restored/` (OME-TIFF, 32-bit floating-point, in the grey levels of the input) and
 * `previews/` (PNG: input and result). Several models give their mean, and in `disagreement/` their standard deviation. One image is in memory
 * at a time; called again, images that are done are passed over.
 *
 * @param modelFiles super-resolvers of one scale
 * @throws {@link DataError} when there is no image or no such model
 * @throws {@link OutputError} when the folder holds something else or cannot be written
 */
export async function restoreFolder(
  modelFiles: readonly string[],
  images: string,
  out: string,
  { channel, threads = 1, device = "cpu", signal, onProgress }: RestoreOptions = {},
): Promise<RestoredFolder> {
  const resolver = await openSuperResolver(modelFiles.map(loadSuperResolver), { threads, device });
  const failed: { image: string; reason: string }[] = [];
  try {
    const dataset = await openDataset(images);
    const models = fingerprint(...(await Promise.all(modelFiles.map((file) => readFile(file)))));
    await claimFolder(out, "restore", { models, ...(channel === undefined ? {} : { channel }) });
    for (let index = 0; index < dataset.length; index++) {
      stopIfCancelled(signal, "restore");
      const { name } = dataset.entries[index]!;
      const stem = name.replaceAll(/[\\/]/g, "_");
      const preview = join(out, "previews", `${stem}.png`); // written last: where it is, the others are whole
      try {
        if (!existsSync(preview)) {
          const item = await dataset.get(index);
          const low = chosenChannel(item, channel);
          const results = await resolver.resolveEach(low, {
            percentiles: UNIT_PERCENTILES,
            ...(signal ? { signal } : {}),
          });
          const { mean, disagreement } = results.length > 1 ? ensembleOf(results) : { mean: results[0]! };
          const write = (folder: string, plane: Plane) =>
            writeRestored(join(out, folder, `${stem}.ome.tif`), plane, { item, index, models, scale: resolver.scale });
          await write("restored", mean);
          if (disagreement) await write("disagreement", disagreement);
          const input = resizePlane(low, mean.height, mean.width, { method: "nearest" });
          const tiles = [input, mean, ...(disagreement ? [disagreement] : [])];
          await writeRgbPng(preview, sheet(tiles, { columns: tiles.length }));
        }
      } catch (error) {
        if (!(error instanceof FantascopeError) || error.kind === "output" || error.kind === "cancelled") throw error;
        failed.push({ image: name, reason: error.message });
      }
      onProgress?.({ stage: "restore", done: index + 1, total: dataset.length, note: name });
    }
    return { images: dataset.length - failed.length, failed };
  } finally {
    await resolver.release();
  }
}

/** A computed plane as a file that says so, with pixels of the finer grid. */
async function writeRestored(
  file: string,
  { data, height, width }: Plane,
  of: { readonly item: Item; readonly index: number; readonly models: string; readonly scale: number },
): Promise<void> {
  const { item, index, models, scale } = of;
  const { pixelSizeUm } = item.image;
  await writeOmeTiff(
    file,
    {
      data,
      pixelType: "float32",
      channels: 1,
      height,
      width,
      ...(pixelSizeUm === undefined ? {} : { pixelSizeUm: pixelSizeUm / scale }),
    },
    {
      provenance: {
        origin: "synthetic",
        method: "super-resolve",
        seed: 0, // nothing is drawn
        index,
        generator: models,
        settings: { input: item.name, percentiles: UNIT_PERCENTILES },
      },
    },
  );
}
