import type { Dataset } from "../../../data/dataset.ts";

/** What the record says of a set of images. */
export interface SetSummary {
  readonly name: string;
  readonly images: number;
  readonly hash: string;
}

/** Length and hash of a data set. */
export async function summaryOf(dataset: Dataset): Promise<SetSummary> {
  return { name: dataset.name, images: dataset.length, hash: await dataset.hash() };
}
