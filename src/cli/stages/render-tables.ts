import { basename, dirname, resolve } from "node:path";
import { DataError } from "../../core/errors.ts";
import { pause, type WorkOptions } from "../../core/progress.ts";
import { stemOf } from "../../data/folder-listing.ts";
import { type LocalizationTable, readLocalizations } from "../../data/formats/index.ts";
import { type DeferredItem, writeDataset } from "../../data/write-dataset.ts";
import { claimFolder } from "./claim-folder.ts";
import { fingerprint } from "./fingerprint.ts";
import { methodText, type PicturePlan, type PictureSettings, planPicture, tablePicture } from "./table-picture.ts";

/** How tables are read and shown; all tables of a folder share it. */
export interface RenderTablesOptions extends PictureSettings, WorkOptions {
  /** Size of a camera pixel, for tables in pixels. */
  readonly cameraPixelUm?: number;
}

/** A picture in the folder. */
export interface RenderedTable extends PicturePlan {
  readonly name: string;
}

/**
 * Super-resolution pictures of localisation tables, as a folder that everything else reads: one OME-TIFF (32-bit floating-point, with its pixel
 * size) per table. Every table is read and checked before anything is written; called again after an interruption, it goes on.
 *
 * @throws {@link FormatError} for a table without positions, or a broken row
 * @throws {@link UnitError} for a picture that would be absurdly small or large
 * @throws {@link DataError} when nothing lies in a picture, uncertainties are missing, or two tables have one name
 * @throws {@link OutputError} when the folder holds something else or cannot be written
 */
export async function renderTables(
  tables: readonly string[],
  out: string,
  { cameraPixelUm, signal, onProgress, ...settings }: RenderTablesOptions,
): Promise<RenderedTable[]> {
  const names = namesOf(tables);
  const read = (table: string) =>
    readLocalizations(table, {
      ...(cameraPixelUm === undefined ? {} : { pixelSizeUm: cameraPixelUm }),
      ...(signal ? { signal } : {}),
    });
  const tell = (stage: string, done: number) =>
    onProgress?.({ stage, done, total: tables.length, ...(names[done] === undefined ? {} : { note: names[done] }) });

  const planned: (RenderedTable & { readonly table: string; readonly content: string })[] = [];
  for (const [i, table] of tables.entries()) {
    tell("read tables", i);
    const positions = await read(table);
    const plan = planPicture(table, positions, settings);
    planned.push({ ...plan, name: names[i]!, table, content: contentOf(positions) });
  }
  const { pixelSizeUm, widthUm, heightUm, cornerUm, blurNm, clip = true } = settings;
  const work = { pixelSizeUm, widthUm, heightUm, cornerUm, blurNm, clip };
  await claimFolder(out, "render", { ...work, tables: planned.map(({ name, content }) => [name, content]) });

  async function* items(): AsyncGenerator<DeferredItem> {
    for (const [i, { table, name, content, height, width }] of planned.entries()) {
      tell("render", i);
      await pause(); // rendering is synchronous: let a request to stop come in
      yield {
        name,
        key: fingerprint("render", work, content),
        make: async () => {
          const { data } = tablePicture(await read(table), { height, width }, settings);
          const image = { data, pixelType: "float32", channels: 1, height, width, pixelSizeUm } as const;
          const provenance = { origin: "real", source: `${basename(table)}: ${methodText(settings)}` } as const;
          return { name, group: name, image, annotations: {}, provenance };
        },
      };
    }
  }
  await writeDataset(out, items(), { name: "rendered", format: "ome-tiff", ...(signal ? { signal } : {}) });
  return planned.map(({ table: _, content: __, ...rendered }) => rendered);
}

/** Names of the pictures: those of the tables, led by their folders' where tables have the same. */
function namesOf(tables: readonly string[]): string[] {
  const stems = tables.map(stemOf);
  const names = tables.map((table, i) => {
    const stem = stems[i]!;
    return stems.indexOf(stem) === stems.lastIndexOf(stem) ? stem : `${basename(dirname(resolve(table)))}-${stem}`;
  });
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined)
    throw new DataError({
      where: "tables",
      expected: "a name of its own for every table, since the images are called so",
      received: `two called "${twice}"`,
      fix: "Name each table once, or rename one of them.",
    });
  return names;
}

/** Hash of all that decides a picture. */
function contentOf({ xNm, yNm, uncertaintyNm = new Float64Array() }: LocalizationTable): string {
  const bytes = ({ buffer, byteOffset, byteLength }: Float64Array) => new Uint8Array(buffer, byteOffset, byteLength);
  return fingerprint(...[xNm, yNm, uncertaintyNm].map(bytes));
}
