import { join, relative, resolve } from "node:path";
import { DataError } from "../core/errors.ts";
import { type DatasetFile, type DatasetFileImage, datasetFileName } from "./dataset-file.ts";
import type { FolderListing, ListedImage } from "./folder-listing.ts";
import { writeFileAtomically } from "./formats/index.ts";

/** Images of a folder that are referred to: those with these names, or all. */
export interface Referred {
  readonly listing: FolderListing;
  readonly names?: readonly string[];
}

/**
 * Writes a folder whose `dataset.json` names images of other folders where they lie. Nothing is copied, so the folders must keep their
 * places. Images are listed in the order of their own folder.
 *
 * @param options.folder made when it is not there
 * @throws {@link DataError} when no image is left, one that is named is not there, or two have one name
 * @throws {@link OutputError} when the folder cannot be written
 */
export async function referTo(
  parts: readonly Referred[],
  { folder, name }: { readonly folder: string; readonly name: string },
): Promise<void> {
  const images = parts.flatMap(({ listing, names }) => {
    const way = relative(resolve(folder), resolve(listing.folder));
    return chosen(listing, names).map((image) => movedTo(image, (path) => join(way, path)));
  });
  const all = new Set<string>();
  const twice = images.find((image) => all.size === all.add(image.name!).size);
  if (images.length === 0 || twice)
    throw new DataError({
      where: folder,
      expected: "at least one image, and a name for each",
      received: twice ? `two that are called "${twice.name}"` : "none",
    });
  const described: DatasetFile = { schemaVersion: 1, name, images };
  await writeFileAtomically(join(folder, datasetFileName), `${JSON.stringify(described, null, 2)}\n`);
}

function chosen({ folder, images }: FolderListing, names?: readonly string[]): readonly ListedImage[] {
  if (!names) return images;
  const wanted = new Set(names);
  const found = images.filter(({ name }) => wanted.delete(name));
  if (wanted.size > 0)
    throw new DataError({ where: folder, expected: `an image called "${[...wanted][0]}"`, received: "none" });
  return found;
}

/** The same image as seen from elsewhere. */
function movedTo({ labels, partner, ...image }: ListedImage, from: (path: string) => string): DatasetFileImage {
  const own = typeof labels === "string" ? from(labels) : labels?.map(from);
  return {
    ...image,
    file: from(image.file),
    ...(own ? { labels: own } : {}),
    ...(partner === undefined ? {} : { partner: from(partner) }),
  };
}
