import { stopIfCancelled, type WorkOptions } from "../../core/progress.ts";
import type { Item } from "../../data/dataset.ts";
import type { DeferredItem } from "../../data/write-dataset.ts";

/** A set whose images are made one after another. */
export interface NumberedSet extends WorkOptions {
  readonly count: number;
  /** Group of all of them, and the beginning of their names: `generated-00000`. */
  readonly group: string;
  /** Fingerprint of the work; an image that was made by the same is not made again. */
  readonly key: string;
  /** What is told while they are made. */
  readonly stage: string;
}

/** Items of a set by their numbers, each made when it is its turn; between them progress is told and a request to stop is heard. */
export async function* numberedItems(
  { count, group, key, stage, signal, onProgress }: NumberedSet,
  make: (index: number) => Promise<Omit<Item, "name" | "group">>,
): AsyncGenerator<DeferredItem> {
  for (let index = 0; index < count; index++) {
    stopIfCancelled(signal, stage);
    const name = `${group}-${String(index).padStart(5, "0")}`;
    yield { name, key, make: async () => ({ name, group, ...(await make(index)) }) };
    await new Promise((resolve) => setImmediate(resolve)); // what was made synchronously: let a request to stop come in
    onProgress?.({ stage, done: index + 1, total: count });
  }
}
