import type { LabelMap } from "../core/plane.ts";
import { nearestIndex } from "./resize-plane.ts";

/**
 * Labels on a grid of another size: each new pixel takes the label under its centre, so no new labels appear.
 *
 * @returns `[height, width]`
 */
export function resizeLabels(labels: LabelMap, height: number, width: number): LabelMap {
  const data = new Uint32Array(height * width);
  const columns = Int32Array.from({ length: width }, (_, x) => nearestIndex(x, labels.width, width));
  for (let y = 0; y < height; y++) {
    const row = nearestIndex(y, labels.height, height) * labels.width;
    for (let x = 0; x < width; x++) data[y * width + x] = labels.data[row + columns[x]!]!;
  }
  return { data, height, width };
}
