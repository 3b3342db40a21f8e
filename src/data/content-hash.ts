/**
 * Hashes that name content: the same pixels and annotations have the same hash in any folder, file format or compression.
 */
import { createHash, type Hash } from "node:crypto";
import type { Dataset, Item } from "./dataset.ts";
import { bytesOf } from "./formats/pixel-type.ts";
import type { Image } from "./image.ts";

function updateWithImage(hash: Hash, { data, pixelType, channels, height, width }: Image): void {
  hash.update(`${pixelType} [${channels}, ${height}, ${width}]\n`).update(bytesOf(data));
}

/** SHA-256 of an image: number kind, shape `[C, H, W]`, then the pixels as little-endian bytes. */
export function imageHash(image: Image): string {
  const hash = createHash("sha256");
  updateWithImage(hash, image);
  return hash.digest("hex");
}

/**
 * SHA-256 of an item: its name, its image, and each annotation that it has, in the order of `Annotations`.
 *
 * Group, pixel size and provenance are not part of it: they say where content came from, not what it is.
 */
export function itemHash({ name, image, annotations }: Item): string {
  const hash = createHash("sha256").update(`${name}\n`);
  updateWithImage(hash, image);
  const { instances, boxes, points, count, partner } = annotations;
  if (instances) hash.update(`\ninstances [${instances.height}, ${instances.width}]\n`).update(bytesOf(instances.data));
  if (boxes)
    hash.update(`\nboxes\n${boxes.map(({ x0, y0, x1, y1, category = "" }) => [x0, y0, x1, y1, category]).join(";")}`);
  if (points) hash.update(`\npoints\n${points.map(({ x, y }) => [x, y]).join(";")}`);
  if (count !== undefined) hash.update(`\ncount ${count}`);
  if (partner) updateWithImage(hash.update("\npartner\n"), partner);
  return hash.digest("hex");
}

/** SHA-256 of a list of item hashes, in order. */
export function hashOfHashes(hashes: Iterable<string>): string {
  const hash = createHash("sha256");
  for (const each of hashes) hash.update(`${each}\n`);
  return hash.digest("hex");
}

/** Hash of a dataset from its items, read one after the other; for `Dataset.hash`, which remembers it. */
export function rememberedHash(dataset: () => Pick<Dataset, "length" | "get">): () => Promise<string> {
  let hash: Promise<string> | undefined;
  return () => {
    hash ??= (async () => {
      const { length, get } = dataset();
      const hashes: string[] = [];
      for (let i = 0; i < length; i++) hashes.push(itemHash(await get(i)));
      return hashOfHashes(hashes);
    })();
    return hash;
  };
}
