/**
 * How a folder becomes a list of images with their labels. The first rule that fits decides:
 *
 * 1. `dataset.json` lists them.
 * 2. `images/` or `JPEGImages/` holds the images, or the folder itself does. Labels lie beside them in `labels/` or `masks/`
 *    (`labels/` wins) under the same name with any ending, or as a folder of that name with one mask per object. No such folder:
 *    the images are unlabelled. `low/` beside `high/` holds pairs: images of low quality or resolution, and their partners of the same name.
 * 3. Kaggle's layout: one folder per image, with the image in `ID/images/` and one mask per object in `ID/masks/`.
 *
 * The name of an image is its file name without the ending (`.ome.tif` is one ending). `counts.csv` with a column `tile_group` or
 * `group` says which images belong together; otherwise each image is its own group. Everything else in the folder is left alone and
 * listed as ignored.
 */
import { readdir, readFile, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { DataError } from "../core/errors.ts";
import type { DatasetFileImage } from "./dataset-file.ts";
import { readDatasetFile } from "./dataset-file.ts";
import { isImageName } from "./formats/index.ts";

/** Files of one image: a path of its label map, or paths of one mask per object. */
export interface ListedImage extends DatasetFileImage {
  readonly name: string;
  readonly group: string;
}

/** What a folder holds; all paths are relative to it. */
export interface FolderListing {
  readonly folder: string;
  readonly name: string;
  /** Which rule applied, in words. */
  readonly layout: string;
  readonly images: readonly ListedImage[];
  /** Files and folders that are no part of the dataset. */
  readonly ignored: readonly string[];
  /** Hash that `dataset.json` claims. */
  readonly sha256?: string;
}

const imageFolders = ["images", "JPEGImages"];
const labelFolders = ["labels", "masks"];
/** Where images that have a clean or high-resolution partner lie, and where their partners do. */
const pairFolders = { image: "low", partner: "high" };
/** Files that are expected beside images, or that operating systems leave behind. */
const silent =
  /^(\.|Thumbs\.db$|desktop\.ini$|counts\.csv$|README|LICEN[CS]E|dataset\.json$|dataset\.partial\.jsonl$)/i;

/** File name without folder and ending. */
export function stemOf(path: string): string {
  return basename(path).replace(/(\.ome)?\.[^.]*$/i, "");
}

/** A folder's name, with its parent's where it says only which part of a set it is. */
function setName(folder: string): string {
  const whole = resolve(folder);
  const name = basename(whole);
  return /^(train(ing)?|test|val(idation)?)$/i.test(name) ? `${basename(dirname(whole))}/${name}` : name;
}

interface Listed {
  readonly files: readonly string[];
  readonly folders: readonly string[];
}

/** Names in a folder, in code point order so that every machine has the same. */
async function list(folder: string): Promise<Listed> {
  let entries: Awaited<ReturnType<typeof readdirTyped>>;
  try {
    entries = await readdirTyped(folder);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    throw new DataError({
      where: folder,
      expected: "a folder of images",
      received: code === "ENOENT" ? "no such folder" : code === "ENOTDIR" ? "a file" : message,
      fix: "Give the folder that holds the images.",
      cause,
    });
  }
  // A link counts as what it leads to.
  const kinds = await Promise.all(
    entries.map(async (entry) => {
      if (!entry.isSymbolicLink()) return entry.isDirectory();
      return (await stat(join(folder, entry.name)).catch(() => undefined))?.isDirectory() ?? false;
    }),
  );
  const names = (wanted: boolean) =>
    entries
      .filter((_, i) => kinds[i] === wanted)
      .map(({ name }) => name)
      .sort();
  return { files: names(false), folders: names(true).filter((name) => !name.startsWith(".")) };
}

const readdirTyped = (folder: string) => readdir(folder, { withFileTypes: true });

/** Rows of a table of comma-separated values as objects by column; quotes may enclose values. */
function parseCsv(text: string): Record<string, string>[] {
  const rows = text
    .replace(/^\ufeff/, "")
    .split(/\r?\n/)
    .filter((line) => line.trim() !== "")
    .map((line) =>
      [...line.matchAll(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g)].map(([, cell]) =>
        cell!.startsWith('"') ? cell!.slice(1, -1).replaceAll('""', '"') : cell!.trim(),
      ),
    );
  const [header = [], ...body] = rows;
  return body.map((cells) => Object.fromEntries(header.map((column, i) => [column, cells[i] ?? ""])));
}

/** Group of each image, by its stem, as `counts.csv` says. */
async function groupsOf(folder: string): Promise<ReadonlyMap<string, string>> {
  const text = await readFile(join(folder, "counts.csv"), "utf8").catch(() => "");
  const groups = new Map<string, string>();
  for (const row of parseCsv(text)) {
    const file = row.image ?? row.file ?? row.name;
    const group = row.tile_group || row.group;
    if (file && group) groups.set(stemOf(file.includes(".") ? file : `${file}.`), group);
  }
  return groups;
}

/** Labels of every stem in `folder/sub`: files, or folders of masks. */
async function labelsIn(folder: string, sub: string, ignored: string[]): Promise<Map<string, string | string[]>> {
  const { files, folders } = await list(join(folder, sub));
  const labels = new Map<string, string | string[]>();
  for (const file of files)
    if (isImageName(file)) labels.set(stemOf(file), join(sub, file));
    else if (!silent.test(file)) ignored.push(join(sub, file));
  for (const inner of folders) {
    const masks = (await list(join(folder, sub, inner))).files.filter(isImageName);
    if (masks.length > 0)
      labels.set(
        inner,
        masks.map((mask) => join(sub, inner, mask)),
      );
    else ignored.push(join(sub, inner));
  }
  return labels;
}

/** Partner of every stem in `folder/sub`. */
async function partnersIn(folder: string, sub: string, ignored: string[]): Promise<Map<string, string>> {
  const { files } = await list(join(folder, sub));
  ignored.push(...files.filter((file) => !isImageName(file) && !silent.test(file)).map((file) => join(sub, file)));
  return new Map(files.filter(isImageName).map((file) => [stemOf(file), join(sub, file)]));
}

/** @throws {@link DataError} when an image of a folder of pairs has no partner */
function refuseSingles(folder: string, images: readonly ListedImage[]): void {
  const single = images.filter(({ partner }) => partner === undefined);
  if (single.length > 0)
    throw new DataError({
      where: join(folder, pairFolders.partner),
      expected: `an image of the same name for every image in ${pairFolders.image}/`,
      received: `${single.length} missing, such as "${single[0]!.name}"`,
      fix: "Give both images of a pair the same name before the ending, or remove the single ones.",
    });
}

/** Images of `folder/sub` with the labels beside them. */
async function listPairs(folder: string, sub: string, top: Listed): Promise<FolderListing> {
  const { files } = sub === "" ? top : await list(join(folder, sub));
  const ignored = files.filter((file) => !isImageName(file) && !silent.test(file)).map((file) => join(sub, file));
  const labelFolder = labelFolders.find((name) => top.folders.includes(name));
  const labels = labelFolder ? await labelsIn(folder, labelFolder, ignored) : new Map<string, string | string[]>();
  const partnerFolder = sub === pairFolders.image ? pairFolders.partner : undefined;
  const partners = partnerFolder ? await partnersIn(folder, partnerFolder, ignored) : new Map<string, string>();
  for (const name of top.folders)
    if (name !== sub && name !== labelFolder && name !== partnerFolder) ignored.push(`${name}/`);
  if (sub !== "") ignored.push(...top.files.filter((file) => !silent.test(file)));

  const groups = await groupsOf(folder);
  const images = files.filter(isImageName).map((file) => {
    const name = stemOf(file);
    const own = labels.get(name);
    const partner = partners.get(name);
    return {
      file: join(sub, file),
      name,
      group: groups.get(name) ?? name,
      ...(own ? { labels: own } : {}),
      ...(partner ? { partner } : {}),
    };
  });
  if (partnerFolder) refuseSingles(folder, images);
  const named = new Set(images.map(({ name }) => name));
  const orphans = [...labels.keys()].filter((stem) => !named.has(stem)).sort();
  if (orphans.length > 0)
    throw new DataError({
      where: join(folder, labelFolder!),
      expected: "an image of the same name for every label",
      received: `${orphans.length} without one, such as "${orphans[0]}"`,
      fix: `Give image and label the same name before the ending, or remove the label; images are looked for in ${join(folder, sub)}.`,
    });
  const layout = `${sub === "" ? "images in the folder itself" : `${sub}/`}${partnerFolder ? ` with partners in ${partnerFolder}/` : ""}${labelFolder ? ` with ${labelFolder}/` : ", unlabelled"}`;
  return { folder, name: setName(folder), layout, images, ignored };
}

/** Kaggle's layout, or `undefined` where the folders are not of that kind. */
async function listKaggle(folder: string, top: Listed): Promise<FolderListing | undefined> {
  const groups = await groupsOf(folder);
  const images: ListedImage[] = [];
  const ignored = top.files.filter((file) => !silent.test(file));
  for (const id of top.folders) {
    const inner = await list(join(folder, id));
    const files = inner.folders.includes("images")
      ? (await list(join(folder, id, "images"))).files.filter(isImageName)
      : [];
    if (files.length > 1) return undefined;
    if (files.length === 0) {
      ignored.push(`${id}/`);
      continue;
    }
    const masks = inner.folders.includes("masks")
      ? (await list(join(folder, id, "masks"))).files.filter(isImageName)
      : undefined;
    images.push({
      file: join(id, "images", files[0]!),
      name: id,
      group: groups.get(id) ?? id,
      ...(masks ? { labels: masks.map((mask) => join(id, "masks", mask)) } : {}),
    });
  }
  if (images.length === 0) return undefined;
  return { folder, name: setName(folder), layout: "Kaggle's layout: ID/images and ID/masks", images, ignored };
}

/** A label map as it is; of a folder the masks in it. */
async function masksOrMap(folder: string, labels: string): Promise<string | string[]> {
  const isFolder = (await stat(join(folder, labels)).catch(() => undefined))?.isDirectory();
  if (!isFolder) return labels;
  return (await list(join(folder, labels))).files.filter(isImageName).map((mask) => join(labels, mask));
}

/** The list that `dataset.json` gives. */
async function listDescribed(folder: string, top: Listed): Promise<FolderListing | undefined> {
  const described = await readDatasetFile(folder);
  if (!described) return undefined;
  const images = await Promise.all(
    described.images.map(async ({ labels, ...image }): Promise<ListedImage> => {
      const name = image.name ?? stemOf(image.file);
      const own = typeof labels === "string" ? await masksOrMap(folder, labels) : labels;
      return { ...image, name, group: image.group ?? name, ...(own ? { labels: own } : {}) };
    }),
  );
  const used = new Set(
    images
      .flatMap(({ file, labels, partner }) => [file, ...[labels ?? []].flat(), ...[partner ?? []].flat()])
      .map((path) => path.split(/[\\/]/)[0]),
  );
  const ignored = [...top.files, ...top.folders.map((name) => `${name}/`)].filter(
    (name) => !used.has(name.replace(/\/$/, "")) && !silent.test(name),
  );
  const { name, sha256 } = described;
  return { folder, name, layout: "dataset.json", images, ignored, ...(sha256 ? { sha256 } : {}) };
}

/**
 * The images of a folder and what belongs to them, by the rules at the top of this file; reads names only, no pixels.
 *
 * @throws {@link DataError} when there is no image, a label has no image, or two images have one name
 */
export async function folderListing(folder: string): Promise<FolderListing> {
  const top = await list(folder);
  const isPaired = Object.values(pairFolders).every((name) => top.folders.includes(name));
  const sub = imageFolders.find((name) => top.folders.includes(name)) ?? (isPaired ? pairFolders.image : "");
  const hasImages = sub !== "" || top.files.some(isImageName);
  const listing =
    (await listDescribed(folder, top)) ??
    (hasImages ? await listPairs(folder, sub, top) : await listKaggle(folder, top));
  if (!listing || listing.images.length === 0) {
    const inner = await Promise.all(
      top.folders.map(async (name) => {
        const { files, folders } = await list(join(folder, name));
        return files.some(isImageName) || folders.some((each) => imageFolders.includes(each)) ? [name] : [];
      }),
    );
    const hints = inner.flat();
    throw new DataError({
      where: sub === "" ? folder : join(folder, sub),
      expected: "at least one PNG, JPEG or TIFF image",
      received: top.files.length + top.folders.length === 0 ? "an empty folder" : "none",
      fix:
        hints.length > 0
          ? `There are images further down: give one of ${hints.map((name) => join(folder, name)).join(", ")}.`
          : "Give a folder that holds images, or one with images/ and labels/ in it.",
    });
  }
  const seen = new Map<string, string>();
  for (const { name, file } of listing.images) {
    const other = seen.get(name);
    if (other !== undefined)
      throw new DataError({
        where: folder,
        expected: "one image of each name",
        received: `${other} and ${file}, both "${name}"`,
        fix: "Rename one of them, or list the images with names of their own in dataset.json.",
      });
    seen.set(name, file);
  }
  return listing;
}
