import { basename, dirname, resolve } from "node:path";
import { DataError, RecipeError } from "../../core/errors.ts";
import { pause, type WorkOptions } from "../../core/progress.ts";
import { stemOf } from "../../data/folder-listing.ts";
import { type LocalizationTable, readLocalizations } from "../../data/formats/index.ts";
import type { PixelData } from "../../data/image.ts";
import { type DeferredItem, writeDataset } from "../../data/write-dataset.ts";
import { type CameraField, cameraField } from "./camera-field.ts";
import { claimFolder } from "./claim-folder.ts";
import { fingerprint } from "./fingerprint.ts";
import { methodText, type PicturePlan, type PictureSettings, planPicture, tablePicture } from "./table-picture.ts";

/** How tables are read and shown; all tables of a folder share it. */
export interface RenderTablesOptions extends PictureSettings, WorkOptions {
  /** Size of a camera pixel, for tables in pixels, and for movies whose files do not say it. */
  readonly cameraPixelUm?: number;
  /** The camera's movies that the tables come from, one for each: pictures then fill their fields, and stand beside the movies' means as pairs. */
  readonly movies?: readonly string[];
}

/** A picture in the folder. */
export interface RenderedTable extends PicturePlan {
  readonly name: string;
  /** The poor image beside it, where movies were given. */
  readonly camera?: CameraField;
}

/**
 * Super-resolution pictures of localisation tables, as a folder that everything else reads: one OME-TIFF (32-bit floating-point, with its pixel
 * size) per table, or with movies a pair: the mean frame, and the picture as its sharp partner. Every table is read and checked before anything is written; called again after an interruption, it goes on.
 *
 * @throws {@link FormatError} for a table without positions, or a broken row
 * @throws {@link UnitError} for a picture that would be absurdly small or large
 * @throws {@link DataError} when nothing lies in a picture, uncertainties are missing, two tables have one name, or a movie's grid does not fit
 * @throws {@link RecipeError} when tables and movies are not as many, or a field is given beside movies
 * @throws {@link OutputError} when the folder holds something else or cannot be written
 */
export async function renderTables(
  tables: readonly string[],
  out: string,
  { cameraPixelUm, movies, signal, onProgress, ...settings }: RenderTablesOptions,
): Promise<RenderedTable[]> {
  const names = namesOf(tables);
  if (movies) requireOneEach(tables, movies, settings);
  const read = (table: string) =>
    readLocalizations(table, {
      ...(cameraPixelUm === undefined ? {} : { pixelSizeUm: cameraPixelUm }),
      ...(signal ? { signal } : {}),
    });
  const tell = (stage: string, done: number) =>
    onProgress?.({ stage, done, total: tables.length, ...(names[done] === undefined ? {} : { note: names[done] }) });

  const planned: (RenderedTable & {
    readonly table: string;
    readonly content: string;
    readonly grid: PictureSettings;
  })[] = [];
  for (const [i, table] of tables.entries()) {
    tell("read tables", i);
    const positions = await read(table);
    const camera = movies && (await cameraField(movies[i]!, settings.pixelSizeUm, { cameraPixelUm, signal }));
    const grid = camera ? { ...settings, widthUm: camera.widthUm, heightUm: camera.heightUm } : settings;
    const plan = planPicture(table, positions, grid);
    const content = contentOf(positions, camera?.image.data);
    planned.push({ ...plan, name: names[i]!, table, content, grid, ...(camera && { camera }) });
  }
  const { pixelSizeUm, widthUm, heightUm, cornerUm, blurNm, clip = true } = settings;
  const work = { pixelSizeUm, widthUm, heightUm, cornerUm, blurNm, clip };
  await claimFolder(out, "render", { ...work, tables: planned.map(({ name, content }) => [name, content]) });

  async function* items(): AsyncGenerator<DeferredItem> {
    for (const [i, { table, name, content, height, width, grid, camera }] of planned.entries()) {
      tell("render", i);
      await pause(); // rendering is synchronous: let a request to stop come in
      yield {
        name,
        key: fingerprint("render", work, content),
        make: async () => {
          const { data } = tablePicture(await read(table), { height, width }, grid);
          const picture = { data, pixelType: "float32", channels: 1, height, width, pixelSizeUm } as const;
          const source = `${basename(table)}: ${methodText(settings)}`;
          const image = camera ? camera.image : picture;
          return {
            name,
            group: name,
            image,
            annotations: camera ? { partner: picture } : {},
            provenance: { origin: "real", source: camera ? `${camera.text}; partner ${source}` : source },
          };
        },
      };
    }
  }
  await writeDataset(out, items(), { name: "rendered", format: "ome-tiff", ...(signal ? { signal } : {}) });
  return planned.map(({ table: _, content: __, grid: ___, ...rendered }) => rendered);
}

/** @throws {@link RecipeError} when movies do not go with the tables and the field */
function requireOneEach(tables: readonly string[], movies: readonly string[], settings: PictureSettings): void {
  if (movies.length !== tables.length)
    throw new RecipeError({
      where: "--movies",
      expected: `one movie for each of the ${tables.length} tables, in their order`,
      received: `${movies.length}`,
      fix: "Name the movie that each table was made from.",
    });
  const { cornerUm, widthUm, heightUm } = settings;
  if (cornerUm !== undefined || widthUm !== undefined || heightUm !== undefined)
    throw new RecipeError({
      where: "render",
      expected: "no field beside --movies, whose frames say what is shown",
      received: "--corner-um, --width-um or --height-um",
      fix: "Leave them out, or crop the movies.",
    });
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

/** Hash of all that decides a picture, and the poor image beside it. */
function contentOf({ xNm, yNm, uncertaintyNm = new Float64Array() }: LocalizationTable, camera?: PixelData): string {
  const numbers: PixelData[] = [xNm, yNm, uncertaintyNm, ...(camera ? [camera] : [])];
  return fingerprint(...numbers.map((each) => new Uint8Array(each.buffer, each.byteOffset, each.byteLength)));
}
