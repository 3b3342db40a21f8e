import type { Plane } from "../../core/plane.ts";
import { stopIfCancelled, type WorkOptions } from "../../core/progress.ts";
import type { Dataset } from "../../data/dataset.ts";
import { channelPlane } from "../../data/image.ts";

/** First channel of every image of a dataset, in grey levels. Held in memory: for the few real images that a method learns from. */
export async function readImages(dataset: Dataset, { signal, onProgress }: WorkOptions = {}): Promise<Plane[]> {
  const stage = `read ${dataset.name}`;
  const planes: Plane[] = [];
  for (let index = 0; index < dataset.length; index++) {
    stopIfCancelled(signal, stage);
    planes.push(channelPlane((await dataset.get(index)).image));
    onProgress?.({ stage, done: index + 1, total: dataset.length });
  }
  return planes;
}
