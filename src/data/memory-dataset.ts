import { DataError } from "../core/errors.ts";
import { rememberedHash } from "./content-hash.ts";
import type { Dataset, DatasetEntry, Item } from "./dataset.ts";

/**
 * Dataset whose items are read, or made, by a function when they are asked for.
 *
 * @throws {@link DataError} from `get` for an index outside
 */
export function lazyDataset(
  name: string,
  entries: readonly DatasetEntry[],
  read: (index: number) => Promise<Item>,
): Dataset & { readonly entries: readonly DatasetEntry[] } {
  const dataset: Dataset & { readonly entries: readonly DatasetEntry[] } = {
    name,
    length: entries.length,
    entries,
    async get(index) {
      if (!(Number.isInteger(index) && index >= 0 && index < entries.length))
        throw new DataError({
          where: `dataset "${name}"`,
          expected: `an index from 0 to ${entries.length - 1}`,
          received: `${index}`,
        });
      return read(index);
    },
    hash: rememberedHash(() => dataset),
  };
  return dataset;
}

/** Dataset of items that are in memory. */
export function memoryDataset(name: string, items: readonly Item[]): Dataset {
  const entries = items.map((item) => ({ name: item.name, group: item.group }));
  return lazyDataset(name, entries, async (index) => items[index]!);
}
