import { appendFile, mkdir, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { DataError } from "../core/errors.ts";
import { stopIfCancelled } from "../core/progress.ts";
import { hashOfHashes, itemHash } from "./content-hash.ts";
import type { Item } from "./dataset.ts";
import {
  type DatasetFile,
  type DatasetFileImage,
  datasetFileName,
  parseDatasetFileImage,
  readDatasetFile,
} from "./dataset-file.ts";
import { type FolderDataset, openDataset } from "./folder-dataset.ts";
import { outputError, writeFileAtomically, writeLabels, writeOmeTiff, writePng, writeTiff } from "./formats/index.ts";
import type { Image } from "./image.ts";

/**
 * An item that is made only if the folder does not hold it yet.
 *
 * `key` says what it depends on (seed, settings, checkpoint): an item of the same name and another key is made again.
 */
export interface DeferredItem {
  readonly name: string;
  readonly key: string;
  readonly make: () => Promise<Item>;
}

/** File formats for images: the ending of their names, and what writes them. */
const imageFiles = {
  png: { ending: "png", write: writePng },
  tiff: { ending: "tif", write: writeTiff },
  "ome-tiff": { ending: "ome.tif", write: writeOmeTiff },
} as const;

/** Name of a file format for images. */
export type ImageFileFormat = keyof typeof imageFiles;

const journalName = "dataset.partial.jsonl";

/** Items that a folder holds whole: those of its `dataset.json` and those that an interrupted write has finished. */
async function finishedItems(folder: string): Promise<Map<string, DatasetFileImage>> {
  const journal = await readFile(join(folder, journalName), "utf8").catch(() => "");
  const entries = [
    ...((await readDatasetFile(folder))?.images ?? []),
    ...journal.split("\n").flatMap((line) => parseDatasetFileImage(line) ?? []), // the last line may be torn
  ];
  return new Map(entries.flatMap((entry) => (entry.name === undefined ? [] : [[entry.name, entry]])));
}

const exists = (path: string) =>
  stat(path).then(
    () => true,
    () => false,
  );

/** Whether every file of an entry is there; each was written whole or not at all. */
async function isComplete(folder: string, { file, labels, partner }: DatasetFileImage): Promise<boolean> {
  const files = [file, ...[labels ?? []].flat(), ...(partner === undefined ? [] : [partner])];
  return (await Promise.all(files.map((path) => exists(join(folder, path))))).every(Boolean);
}

/** Whether an entry describes just this item. */
function isEntryOf(entry: DatasetFileImage, item: Item): boolean {
  return (
    entry.sha256 === itemHash(item) &&
    entry.group === item.group &&
    entry.pixelSizeUm === item.image.pixelSizeUm &&
    JSON.stringify(entry.provenance) === JSON.stringify(item.provenance)
  );
}

/** A name as a file name: letters, digits, `.`, `_` and `-`. */
function fileStem(name: string): string {
  return name
    .normalize("NFC")
    .replace(/[^\p{L}\p{N}._-]/gu, "_")
    .replace(/^\.+/, "_");
}

/** PNG for one channel of 8 or 16 bits, which any program shows, and TIFF for everything else. */
function usualFormat({ channels, pixelType }: Image): ImageFileFormat {
  return channels === 1 && (pixelType === "uint8" || pixelType === "uint16") ? "png" : "tiff";
}

/** Writes an image; gives the path relative to the folder. */
async function writePixels(
  folder: string,
  stem: string,
  image: Image,
  { provenance, format = usualFormat(image) }: Pick<Item, "provenance"> & { readonly format?: ImageFileFormat },
): Promise<string> {
  const { ending, write } = imageFiles[format];
  const path = `${stem}.${ending}`;
  await write(join(folder, path), image, { provenance });
  return path;
}

/** Writes the files of an item; gives its entry in `dataset.json`. */
async function writeItem(
  folder: string,
  item: Item,
  { key, format }: { readonly key?: string | undefined; readonly format?: ImageFileFormat | undefined },
): Promise<DatasetFileImage> {
  const { name, group, image, annotations, provenance } = item;
  const { instances, boxes, points, count, partner } = annotations;
  const stem = fileStem(name);
  const how = { provenance, ...(format === undefined ? {} : { format }) };
  const file = await writePixels(folder, `images/${stem}`, image, how);
  const needsTiff = (format !== undefined && format !== "png") || instances?.data.some((label) => label > 65535);
  const labels = instances && `labels/${stem}.${needsTiff ? "tif" : "png"}`;
  if (labels) await writeLabels(join(folder, labels), instances, { provenance });
  return {
    file,
    name,
    ...(labels ? { labels } : {}),
    group,
    ...(image.pixelSizeUm === undefined ? {} : { pixelSizeUm: image.pixelSizeUm }),
    ...(boxes ? { boxes: boxes.map((box) => ({ ...box })) } : {}),
    ...(points ? { points: points.map((point) => ({ ...point })) } : {}),
    ...(count === undefined ? {} : { count }),
    ...(partner ? { partner: await writePixels(folder, `partners/${stem}`, partner, how) } : {}),
    provenance: provenance as NonNullable<DatasetFileImage["provenance"]>,
    sha256: itemHash(item),
    ...(key === undefined ? {} : { key }),
  };
}

/**
 * Writes items into a folder as `images/`, `labels/`, `partners/` and `dataset.json`, one at a time as they come.
 *
 * Each file appears whole or not at all, and `dataset.json` comes last. Called again after an interruption with the same items, it goes
 * on: items of the same content (or deferred items of the same key) are not written again.
 *
 * @param options.format file format of all images; labels are TIFF beside TIFF. By default PNG for one channel of 8 or 16 bits, TIFF for everything
 * else. What is there already keeps its format.
 * @throws {@link FormatError} when PNG is asked for and cannot hold an image
 * @throws {@link DataError} when two items have one name
 * @throws {@link OutputError} when the folder cannot be written
 */
export async function writeDataset(
  folder: string,
  items: AsyncIterable<Item | DeferredItem> | Iterable<Item | DeferredItem>,
  { name, format, signal }: { name: string; format?: ImageFileFormat; signal?: AbortSignal },
): Promise<FolderDataset> {
  await mkdir(folder, { recursive: true }).catch((cause) => {
    throw outputError(folder, cause);
  });
  const finished = await finishedItems(folder);
  const journal = join(folder, journalName);
  const note = (entry: DatasetFileImage) =>
    // The line break in front ends a line that an interruption may have torn.
    appendFile(journal, `\n${JSON.stringify(entry)}\n`).catch((cause) => {
      throw outputError(journal, cause);
    });

  const images: DatasetFileImage[] = [];
  const stems = new Map<string, string>();
  for await (const each of items) {
    stopIfCancelled(signal, `writing ${folder}`);
    const stem = fileStem(each.name).toLowerCase(); // some file systems know no capitals
    const other = stems.get(stem);
    if (other !== undefined)
      throw new DataError({
        where: folder,
        expected: "names that give different files",
        received: `"${other}" and "${each.name}"`,
        fix: "Give every item a name of its own.",
      });
    stems.set(stem, each.name);

    const known = finished.get(each.name);
    const isThere = known !== undefined && (await isComplete(folder, known));
    if (isThere && "key" in each && known.key === each.key) {
      images.push(known);
      continue;
    }
    const item = "make" in each ? await each.make() : each;
    const key = "key" in each ? each.key : undefined;
    const isSame = isThere && known.key === key && isEntryOf(known, item);
    const entry = isSame ? known : await writeItem(folder, item, { key, format });
    if (entry !== known) await note(entry);
    images.push(entry);
  }
  if (images.length === 0)
    throw new DataError({ where: folder, expected: "at least one item to write", received: "none" });

  const content: DatasetFile = {
    schemaVersion: 1,
    name,
    sha256: hashOfHashes(images.map((entry) => entry.sha256!)),
    images,
  };
  await writeFileAtomically(join(folder, datasetFileName), `${JSON.stringify(content, null, 1)}\n`);
  await rm(journal, { force: true });
  return openDataset(folder);
}
