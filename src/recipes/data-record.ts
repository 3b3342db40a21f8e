import { openDataset } from "../data/folder-dataset.ts";
import { lazyDataset } from "../data/memory-dataset.ts";
import { regions } from "../image/regions.ts";
import type { DataRecord } from "./record.ts";

/** Names that a record lists; more are counted. */
const LISTED = 3;

/**
 * What the record says of a folder of real images, or of their stand-in.
 *
 * @param options.images names of the images that took part; left out: all. Number, objects and hash are theirs alone
 */
export async function realRecord(
  path: string,
  role: DataRecord["role"],
  labelsUsedBy: string[],
  standIn: boolean,
  { images }: { readonly images?: readonly string[] | undefined } = {},
): Promise<DataRecord> {
  const whole = await openDataset(path);
  const used = whole.entries.flatMap((entry, index) =>
    (images?.includes(entry.name) ?? true) ? [{ entry, index }] : [],
  );
  const entries = used.map(({ entry }) => entry);
  const dataset = lazyDataset(whole.name, entries, (index) => whole.get(used[index]!.index));
  const names = images && entries.length <= LISTED ? `: ${entries.map(({ name }) => name).join(", ")}` : "";
  let objects = 0;
  for (let i = 0; i < dataset.length; i++) {
    const { instances } = (await dataset.get(i)).annotations;
    if (instances) objects += regions(instances).length;
  }
  return {
    role,
    name: `${dataset.name}${names}`,
    images: dataset.length,
    objects,
    hash: await dataset.hash(),
    labelsUsedBy,
    standIn,
  };
}
