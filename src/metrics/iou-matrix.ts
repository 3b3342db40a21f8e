import type { LabelMap } from "../core/plane.ts";
import { requireSameSize } from "../image/require-same-size.ts";

/** Two objects that share pixels. */
export interface Overlap {
  /** Index into `truthLabels`, not the label itself. */
  readonly truth: number;
  /** Index into `predictedLabels`. */
  readonly predicted: number;
  readonly pixels: number;
  /** Intersection over union, in (0, 1]. */
  readonly iou: number;
}

/** The non-zero entries of the matrix of IoU between the objects of two label maps. Background (0) takes no part. */
export interface IouMatrix {
  /** Labels that occur, ascending; they need not be consecutive. */
  readonly truthLabels: readonly number[];
  /** Pixels of each truth object. */
  readonly truthAreas: readonly number[];
  readonly predictedLabels: readonly number[];
  readonly predictedAreas: readonly number[];
  readonly overlaps: readonly Overlap[];
}

/** Labels that occur, ascending, and the index of each. */
function numbered({ data }: LabelMap): { labels: number[]; indexOf: Map<number, number> } {
  const present = new Set<number>();
  for (let pixel = 0; pixel < data.length; pixel++)
    if (data[pixel] !== 0 && data[pixel] !== data[pixel - 1]) present.add(data[pixel]!);
  const labels = [...present].sort((a, b) => a - b);
  return { labels, indexOf: new Map(labels.map((label, index) => [label, index])) };
}

/**
 * Intersection over union of every truth object with every predicted object that it touches.
 *
 * One pass over the pixels; memory grows with the number of touching pairs, not with the product of the object counts.
 *
 * @param truth labels `[H, W]`
 * @param predicted labels `[H, W]`
 * @throws {@link ShapeError} when the maps differ in size
 */
export function iouMatrix(truth: LabelMap, predicted: LabelMap): IouMatrix {
  requireSameSize("iouMatrix", truth, predicted);

  const { labels: truthLabels, indexOf: truthIndex } = numbered(truth);
  const { labels: predictedLabels, indexOf: predictedIndex } = numbered(predicted);
  const truthAreas = truthLabels.map(() => 0);
  const predictedAreas = predictedLabels.map(() => 0);
  const shared = new Map<number, number>(); // truth index · (predicted objects) + predicted index → pixels

  // Neighbouring pixels mostly carry the same two labels: count runs, so that the maps are asked once per run.
  const pixels = truth.data.length;
  for (let start = 0, end = 0; start < pixels; start = end) {
    const t = truth.data[start]!;
    const p = predicted.data[start]!;
    do end++;
    while (end < pixels && truth.data[end] === t && predicted.data[end] === p);
    const i = truthIndex.get(t);
    const j = predictedIndex.get(p);
    if (i !== undefined) truthAreas[i]! += end - start;
    if (j !== undefined) predictedAreas[j]! += end - start;
    if (i === undefined || j === undefined) continue;
    const key = i * predictedLabels.length + j;
    shared.set(key, (shared.get(key) ?? 0) + end - start);
  }

  const overlaps = [...shared].map(([key, intersection]): Overlap => {
    const i = Math.floor(key / predictedLabels.length);
    const j = key % predictedLabels.length;
    const union = truthAreas[i]! + predictedAreas[j]! - intersection;
    return { truth: i, predicted: j, pixels: intersection, iou: intersection / union };
  });
  return { truthLabels, truthAreas, predictedLabels, predictedAreas, overlaps };
}
