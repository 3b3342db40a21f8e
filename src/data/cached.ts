import type { Dataset, Item } from "./dataset.ts";

/** Bytes of the arrays of an item. */
function bytesOf({ image, annotations }: Item): number {
  return (
    image.data.byteLength + (annotations.instances?.data.byteLength ?? 0) + (annotations.partner?.data.byteLength ?? 0)
  );
}

/**
 * The same data set, with items kept in memory after their first reading as long as they fit; the rest is read anew each time.
 *
 * A training draws every image many times; small synthetic sets are decoded once, large ones still stream.
 *
 * @param options.maxMb memory for kept items
 */
export function cached(dataset: Dataset, { maxMb = 128 }: { readonly maxMb?: number } = {}): Dataset {
  const kept = new Map<number, Item>();
  let room = maxMb * 2 ** 20;
  return {
    ...dataset,
    async get(index) {
      const found = kept.get(index);
      if (found) return found;
      const item = await dataset.get(index);
      const bytes = bytesOf(item);
      if (bytes <= room) {
        room -= bytes;
        kept.set(index, item);
      }
      return item;
    },
  };
}
