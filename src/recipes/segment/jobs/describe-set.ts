import type { Plane } from "../../../core/plane.ts";
import { canonicalOfImage } from "../../../data/canonical-image.ts";
import type { Dataset } from "../../../data/dataset.ts";
import { regions } from "../../../image/regions.ts";

/** What the report says of a set: its size, hash, and descriptors that a microscopist trusts. */
export interface SetDescription {
  readonly name: string;
  readonly images: number;
  readonly objects: number;
  readonly hash: string;
}

/** Counts and hash of a data set with instance labels. */
export async function describeSet(dataset: Dataset): Promise<SetDescription> {
  let objects = 0;
  for (let i = 0; i < dataset.length; i++) {
    const { annotations } = await dataset.get(i);
    objects += annotations.instances ? regions(annotations.instances).length : (annotations.count ?? 0);
  }
  return { name: dataset.name, images: dataset.length, objects, hash: await dataset.hash() };
}

/** The first images of a canonical set, as planes. */
export async function firstPlanes(dataset: Dataset, count: number): Promise<Plane[]> {
  const planes: Plane[] = [];
  for (let i = 0; i < Math.min(count, dataset.length); i++) planes.push(canonicalOfImage((await dataset.get(i)).image));
  return planes;
}
