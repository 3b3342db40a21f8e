import { join } from "node:path";
import { DataError } from "../core/errors.ts";
import type { LabelMap } from "../core/plane.ts";
import type { Annotations, Dataset, DatasetEntry, Item, Provenance } from "./dataset.ts";
import { type FolderListing, folderListing, type ListedImage } from "./folder-listing.ts";
import { readImage, readLabels, readObjectMasks, readProvenance } from "./formats/index.ts";
import { lazyDataset } from "./memory-dataset.ts";

/** A dataset in a folder, with what its listing found. */
export interface FolderDataset extends Dataset {
  readonly entries: readonly DatasetEntry[];
  readonly listing: FolderListing;
}

async function instancesOf(folder: string, labels: string | readonly string[]): Promise<LabelMap | undefined> {
  if (typeof labels === "string") return readLabels(join(folder, labels));
  return labels.length > 0 ? readObjectMasks(labels.map((mask) => join(folder, mask))) : undefined;
}

/** One image of a folder with all that belongs to it. */
async function readItem(folder: string, listed: ListedImage): Promise<Item> {
  const { file, name, group, labels, pixelSizeUm, boxes, points, count, partner } = listed;
  const stored = await readImage(join(folder, file));
  const image = pixelSizeUm === undefined ? stored : { ...stored, pixelSizeUm };
  const { height, width } = image;
  // An image with an empty folder of masks is an image without objects.
  const instances =
    labels && ((await instancesOf(folder, labels)) ?? { data: new Uint32Array(height * width), height, width });
  if (instances && (instances.height !== height || instances.width !== width))
    throw new DataError({
      where: join(folder, typeof labels === "string" ? labels : labels![0]!),
      expected: `a label map of ${width} x ${height} pixels, like ${file}`,
      received: `${instances.width} x ${instances.height}`,
      fix: "Image and label must cover the same pixels. Export the label again at the image's size; do not resize it with interpolation.",
    });
  const real: Provenance = { origin: "real", source: file };
  const provenance = listed.provenance ?? (await readProvenance(join(folder, file)))?.provenance ?? real;
  const annotations = {
    ...(instances ? { instances } : {}),
    ...(boxes ? { boxes } : {}),
    ...(points ? { points } : {}),
    ...(count === undefined ? {} : { count }),
    ...(partner ? { partner: await readImage(join(folder, partner)) } : {}),
  };
  return { name, group, image, annotations: annotations as Annotations, provenance: provenance as Provenance };
}

/**
 * Dataset of a folder, by `dataset.json` or by the names in it (the rules stand in `folder-listing.ts`). Files are read when asked for.
 *
 * Of a TIFF with several pages only the first image is used; `checkDataset` says so.
 *
 * @throws {@link DataError} when the folder has no image, a label has no image, or two images have one name; from `get` when an image and
 * its label differ in size
 * @throws {@link FormatError} from `get` when a file is broken
 * @example
 * const nuclei = await openDataset("cells/train");
 * const { image, annotations } = await nuclei.get(0);
 */
export async function openDataset(folder: string, { name }: { name?: string } = {}): Promise<FolderDataset> {
  const listing = await folderListing(folder);
  const entries = listing.images.map((image) => ({ name: image.name, group: image.group }));
  const dataset = lazyDataset(name ?? listing.name, entries, (index) => readItem(folder, listing.images[index]!));
  return { ...dataset, listing };
}
