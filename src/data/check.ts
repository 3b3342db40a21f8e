/**
 * A look at a folder before any work is built on it: what is there, in plain words, and what is suspicious.
 */
import { FantascopeError } from "../core/errors.ts";
import { stopIfCancelled, type WorkOptions } from "../core/progress.ts";
import { medianOf } from "../image/median-of.ts";
import { imageHash } from "./content-hash.ts";
import { listed, plural, tally } from "./counted-text.ts";
import type { Dataset, Item } from "./dataset.ts";
import type { Finding } from "./finding.ts";
import { type FolderDataset, openDataset } from "./folder-dataset.ts";
import type { FolderListing } from "./folder-listing.ts";
import { imageFormat, tiffImageCount } from "./formats/index.ts";
import { imageFindings } from "./image-findings.ts";
import { labelFindings } from "./label-findings.ts";
import { findLeaks } from "./leak.ts";
import { entriesOf } from "./split.ts";

export type { Finding };

/** What a check found. */
export interface DatasetCheck {
  readonly findings: readonly Finding[];
  /** What is there, in plain sentences. */
  readonly summary: readonly string[];
}

/** What a check looks for besides the dataset itself. */
export interface CheckOptions extends WorkOptions {
  /** Test images, a dataset or a folder, that must not share any image with these. */
  readonly test?: Dataset | string;
}

/** Objects smaller than this share of the median object are specks. */
const speckShare = 0.05;

/** What is remembered of each image, so that only one is in memory. */
interface Seen {
  readonly name: string;
  readonly hash: string;
  readonly size: string;
  readonly pixelType: string;
  readonly channels: number;
  readonly pixelSizeUm: number | undefined;
  readonly areas: readonly number[] | undefined;
}

/** What differs between images that ought to be alike, and what nothing was found of. */
function setFindings(seen: readonly Seen[], unlabelled: readonly string[]): Finding[] {
  const findings: Finding[] = [];
  const where = "all images";
  const mixed = (values: readonly (string | number)[], what: string, severity: Finding["severity"], fix: string) => {
    const { kinds, text } = tally(values);
    if (kinds > 1) findings.push({ severity, where, message: `${what} differ: ${text}.`, fix });
  };
  mixed(
    seen.map(({ pixelType }) => pixelType),
    "Number kinds",
    "warning",
    "Export all images with the same bit depth.",
  );
  mixed(
    seen.map(({ channels }) => channels),
    "Numbers of channels",
    "warning",
    "Keep the channels that all images have.",
  );
  mixed(
    seen.map(({ size }) => size),
    "Sizes",
    "info",
    "Nothing to do: sizes may differ.",
  );
  const sizes = seen.map(({ pixelSizeUm }) =>
    pixelSizeUm === undefined ? "unknown" : `${Number(pixelSizeUm.toPrecision(4))} µm`,
  );
  if (sizes.some((size) => size !== "unknown"))
    mixed(sizes, "Pixel sizes", "warning", "Check the calibration; state it in dataset.json as pixelSizeUm.");
  else
    findings.push({
      severity: "info",
      where,
      message: "The pixel size is not stated.",
      fix: "Add pixelSizeUm to dataset.json, or save as OME-TIFF; lengths in µm need it.",
    });

  const labelled = seen.filter(({ areas }) => areas);
  if (labelled.length > 0 && unlabelled.length > 0)
    findings.push({
      severity: "warning",
      where: listed(unlabelled),
      message: `${plural(unlabelled.length, "image")} without a label, ${labelled.length} with one.`,
      fix: "Unlabelled images are used without labels; if a label was meant, give it the image's name.",
    });
  const median = medianOf(labelled.flatMap(({ areas }) => areas!));
  const specks = labelled.flatMap(({ name, areas }) =>
    areas!.flatMap((area) => (area < speckShare * median ? [name] : [])),
  );
  if (specks.length > 0)
    findings.push({
      severity: "info",
      where: listed([...new Set(specks)]),
      message: `${plural(specks.length, "object")} smaller than ${Math.ceil(speckShare * median)} px (the median object has ${Math.round(median)} px).`,
      fix: "Specks are often slips of the brush; they can be left out of scoring by a smallest size.",
    });

  const byHash = new Map<string, string[]>();
  for (const { hash, name } of seen) byHash.set(hash, [...(byHash.get(hash) ?? []), name]);
  for (const copies of byHash.values())
    if (copies.length > 1)
      findings.push({
        severity: "warning",
        where: listed(copies),
        message: `${copies.length} images with the same pixels.`,
        fix: "Remove the copies: they count several times, and a split may put them on both sides.",
      });
  return findings;
}

/** What names and files of a folder give away. */
async function folderFindings({ folder, images, ignored }: FolderListing): Promise<Finding[]> {
  const findings: Finding[] = [];
  if (ignored.length > 0)
    findings.push({
      severity: "info",
      where: folder,
      message: `Not part of the dataset, left alone: ${listed([...ignored], 5)}.`,
      fix: "Nothing to do, unless an image or label was meant.",
    });
  const jpegs: string[] = [];
  for (const { file } of images) {
    const path = `${folder}/${file}`;
    const format = await imageFormat(path).catch(() => undefined); // unreadable files are reported when they are read
    if (format === "jpeg") jpegs.push(file);
    const pages = format === "tiff" ? await tiffImageCount(path).catch(() => 1) : 1;
    if (pages > 1)
      findings.push({
        severity: "warning",
        where: file,
        message: `The file holds ${pages} images; only the first is used.`,
        fix: "Save the planes that you want as separate files.",
      });
  }
  if (jpegs.length > 0)
    findings.push({
      severity: "warning",
      where: listed(jpegs),
      message: `${plural(jpegs.length, "image")} stored as JPEG, which changes grey levels and leaves 8 × 8 blocks.`,
      fix: "Use the lossless originals (TIFF or PNG) if they exist.",
    });
  return findings;
}

/** Images that are in the test set too. */
async function leakFindings(dataset: Dataset, test: Dataset, options: WorkOptions): Promise<Finding[]> {
  const leaks = await findLeaks(dataset, test, options);
  return leaks.map(({ a, b, kind, correlation }) => ({
    severity: kind === "equal" ? "error" : "warning",
    where: `${a} and ${b}`,
    message:
      kind === "equal"
        ? `The test image ${b} has the very pixels of ${a}.`
        : `The test image ${b} seems to show the same field as ${a} (correlation ${correlation.toFixed(2)}).`,
    fix: "Take it out of one of the two sets: a score on images that were learned from says nothing.",
  }));
}

/** What is there, in plain sentences. */
function sentences(dataset: Dataset, groups: number, seen: readonly Seen[], layout: string | undefined): string[] {
  const labelled = seen.filter(({ areas }) => areas !== undefined);
  const counts = labelled.map(({ areas }) => areas!.length);
  const known = seen.flatMap(({ pixelSizeUm }) =>
    pixelSizeUm === undefined ? [] : [`${Number(pixelSizeUm.toPrecision(4))} µm`],
  );
  const channels = tally(seen.map((each) => plural(each.channels, "channel"))).text;
  return [
    `${plural(dataset.length, "image")} in "${dataset.name}"${layout ? ` (${layout})` : ""}, ${plural(groups, "group")}.`,
    ...(seen.length > 0
      ? [
          `Size (width x height): ${tally(seen.map(({ size }) => size)).text}. ${tally(seen.map((each) => each.pixelType)).text}, ${channels}.`,
        ]
      : []),
    known.length > 0 ? `Pixel size: ${tally(known).text}.` : "Pixel size: not stated.",
    labelled.length === 0
      ? "No labels."
      : `Labels for ${plural(labelled.length, "image")}: ${counts.reduce((a, b) => a + b, 0)} objects, ${Math.min(...counts)} to ${Math.max(...counts)} per image (median ${medianOf(counts)}), median area ${Math.round(medianOf(labelled.flatMap(({ areas }) => areas!)))} px.`,
  ];
}

/**
 * Looks at every image and label of a dataset or folder and tells what is there and what is suspicious.
 *
 * Broken files and labels of the wrong size are findings, so that one look tells all; only a folder without any image throws.
 *
 * @throws {@link DataError} when the folder holds no dataset
 * @example
 * const { findings, summary } = await checkDataset("cells/train", { test: "cells/test" });
 */
export async function checkDataset(source: Dataset | string, options: CheckOptions = {}): Promise<DatasetCheck> {
  const { test, signal, onProgress } = options;
  const dataset: Dataset = typeof source === "string" ? await openDataset(source) : source;
  const listing = "listing" in dataset ? (dataset as FolderDataset).listing : undefined;
  const entries = await entriesOf(dataset);
  const findings: Finding[] = listing ? await folderFindings(listing) : [];
  const seen: Seen[] = [];
  const unlabelled: string[] = [];
  const readable: number[] = [];
  for (let i = 0; i < dataset.length; i++) {
    stopIfCancelled(signal, `checking ${dataset.name}`);
    onProgress?.({ stage: `check ${dataset.name}`, done: i, total: dataset.length });
    let item: Item;
    try {
      item = await dataset.get(i);
    } catch (error) {
      if (!(error instanceof FantascopeError)) throw error;
      const { where, expected, received, fix = "Mend or remove it." } = error;
      findings.push({ severity: "error", where, message: `Expected ${expected}, got ${received}.`, fix });
      continue;
    }
    readable.push(i);
    const labels = labelFindings(item);
    findings.push(...imageFindings(item), ...labels.findings);
    if (!labels.areas) unlabelled.push(item.name);
    const { pixelType, channels, height, width, pixelSizeUm } = item.image;
    const size = `${width} x ${height}`;
    seen.push({
      name: item.name,
      hash: imageHash(item.image),
      size,
      pixelType,
      channels,
      pixelSizeUm,
      areas: labels.areas,
    });
  }
  findings.push(...setFindings(seen, unlabelled));
  if (test !== undefined) {
    const other = typeof test === "string" ? await openDataset(test) : test;
    if (readable.length === dataset.length) findings.push(...(await leakFindings(dataset, other, options)));
    else
      findings.push({
        severity: "info",
        where: other.name,
        message: "Not compared with the test images, because some images could not be read.",
        fix: "Mend the errors, then check again.",
      });
  }
  const groups = new Set(entries.map(({ group }) => group)).size;
  const rank = { error: 0, warning: 1, info: 2 };
  return {
    findings: findings.toSorted((a, b) => rank[a.severity] - rank[b.severity]),
    summary: sentences(dataset, groups, seen, listing?.layout),
  };
}
