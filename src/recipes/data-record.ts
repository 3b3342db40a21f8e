import { openDataset } from "../data/folder-dataset.ts";
import { regions } from "../image/regions.ts";
import type { DataRecord } from "./record.ts";

/** What the record says of a folder of real images, or of their stand-in. */
export async function realRecord(
  path: string,
  role: DataRecord["role"],
  labelsUsedBy: string[],
  standIn: boolean,
): Promise<DataRecord> {
  const dataset = await openDataset(path);
  let objects = 0;
  for (let i = 0; i < dataset.length; i++) {
    const { instances } = (await dataset.get(i)).annotations;
    if (instances) objects += regions(instances).length;
  }
  return {
    role,
    name: dataset.name,
    images: dataset.length,
    objects,
    hash: await dataset.hash(),
    labelsUsedBy,
    standIn,
  };
}
