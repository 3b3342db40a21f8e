import { DataError, RecipeError } from "../core/errors.ts";
import type { LabelMap } from "../core/plane.ts";
import { assignment } from "./assignment.ts";
import { type IouMatrix, iouMatrix, type Overlap } from "./iou-matrix.ts";

/**
 * How well predicted objects fit true ones, one to one, as StarDist's `matching` counts it.
 *
 * Every ratio whose denominator is empty is 0, also for an image without any object on either side.
 *
 * @see Schmidt, Weigert, Broaddus & Myers, MICCAI 2018 (`stardist.matching`, 0.9.2, is the reference of the tests)
 */
export interface Matching {
  /** Pairs count as found from this IoU on. */
  readonly iou: number;
  readonly truePositives: number;
  readonly falsePositives: number;
  readonly falseNegatives: number;
  /** TP / (TP + FP). */
  readonly precision: number;
  /** TP / (TP + FN). */
  readonly recall: number;
  /** 2 TP / (2 TP + FP + FN). */
  readonly f1: number;
  /**
   * TP / (TP + FP + FN): the score of the Data Science Bowl 2018. It is not the area under a precision–recall curve.
   */
  readonly matchAccuracy: number;
  /** Sum of the IoU of found pairs / (TP + FP/2 + FN/2). */
  readonly panopticQuality: number;
  /** Sum of the IoU of found pairs / truths. */
  readonly meanTrueScore: number;
  /** Sum of the IoU of found pairs / TP. */
  readonly meanMatchedScore: number;
  /** Objects in the truth. */
  readonly truths: number;
  /** Objects in the prediction. */
  readonly predictions: number;
}

/** IoU 0.50, 0.55 … 0.95. */
export const iouThresholds: readonly number[] = Array.from({ length: 10 }, (_, step) => (50 + 5 * step) / 100);

/**
 * Agreement of predicted objects with true ones at one IoU.
 *
 * @param truth labels `[H, W]`
 * @param predicted labels `[H, W]`
 * @throws {@link ShapeError} when the maps differ in size
 * @throws {@link RecipeError} when `iou` is not in (0, 1]
 */
export function matching(truth: LabelMap, predicted: LabelMap, { iou = 0.5 }: { iou?: number } = {}): Matching {
  return matchingAt(iouMatrix(truth, predicted), iou);
}

/** {@link matching} at several IoU, in their order; overlaps are counted once. */
export function matchingOverThresholds(
  truth: LabelMap,
  predicted: LabelMap,
  thresholds: readonly number[] = iouThresholds,
): Matching[] {
  const matrix = iouMatrix(truth, predicted);
  return thresholds.map((iou) => matchingAt(matrix, iou));
}

/**
 * Matching of a data set: counts are summed over its images and every ratio is computed again from the sums.
 *
 * @throws {@link DataError} when there is no image, or the images were matched at different IoU
 */
export function sumMatchings(list: readonly Matching[]): Matching {
  const iou = list[0]?.iou;
  if (iou === undefined || list.some((one) => one.iou !== iou))
    throw new DataError({
      where: "sumMatchings",
      expected: "the matchings of at least one image, all at the same IoU",
      received: list.length === 0 ? "none" : `IoU ${[...new Set(list.map((one) => one.iou))].join(", ")}`,
    });
  const total = (count: (one: Matching) => number) => list.reduce((sum, one) => sum + count(one), 0);
  return fromCounts(
    iou,
    total((one) => one.truePositives),
    total((one) => one.falsePositives),
    total((one) => one.falseNegatives),
    total((one) => one.meanMatchedScore * one.truePositives),
  );
}

/** Data-set matchings, one per IoU, from the lists that {@link matchingOverThresholds} gave for each image. */
export function sumMatchingsOverThresholds(images: readonly (readonly Matching[])[]): Matching[] {
  return (images[0] ?? []).map((_, step) => sumMatchings(images.map((image) => image[step]!)));
}

/** Mean `matchAccuracy` over the IoU of one image's, or one data set's, matchings; 0 when there are none. */
export function meanMatchAccuracy(overThresholds: readonly Matching[]): number {
  return overThresholds.reduce((sum, one) => sum + one.matchAccuracy, 0) / Math.max(1, overThresholds.length);
}

/** The pairs that are found at this IoU, as entries of the matrix. */
export function matchedPairs(matrix: IouMatrix, iou: number): Overlap[] {
  if (!(iou > 0 && iou <= 1))
    throw new RecipeError({
      where: "matching.iou",
      expected: "a number above 0 and at most 1",
      received: `${iou}`,
      fix: "Use 0.5 for detection, or 0.5, 0.55 … 0.95 for matchAccuracy.",
    });
  // StarDist maximises the number of found pairs and, among equals, the summed IoU. Objects that never meet do not
  // compete, so each cluster of touching objects is assigned by itself; the weight of the tie-breaker is that of the
  // whole image.
  const tieBreak = 1 / (2 * Math.min(matrix.truthLabels.length, matrix.predictedLabels.length));
  const gain = ({ iou: score }: Overlap) => (score >= iou ? 1 : 0) + score * tieBreak;
  return clusters(matrix).flatMap((overlaps) => {
    if (overlaps.length === 1) return overlaps.filter((overlap) => overlap.iou >= iou);
    const truths = [...new Set(overlaps.map((overlap) => overlap.truth))];
    const predictions = [...new Set(overlaps.map((overlap) => overlap.predicted))];
    const rowOf = new Map(truths.map((truth, row) => [truth, row]));
    const columnOf = new Map(predictions.map((predicted, column) => [predicted, column]));
    const costs = new Float64Array(truths.length * predictions.length);
    for (const overlap of overlaps)
      costs[rowOf.get(overlap.truth)! * predictions.length + columnOf.get(overlap.predicted)!] = -gain(overlap);
    const columns = assignment(costs, truths.length, predictions.length);
    return overlaps.filter(
      (overlap) => overlap.iou >= iou && columns[rowOf.get(overlap.truth)!] === columnOf.get(overlap.predicted),
    );
  });
}

/** Overlaps sorted into groups that share no object, directly or through others. */
function clusters({ truthLabels, predictedLabels, overlaps }: IouMatrix): Overlap[][] {
  const parent = Int32Array.from({ length: truthLabels.length + predictedLabels.length }, (_, node) => node);
  const root = (node: number) => {
    while (parent[node] !== node) {
      parent[node] = parent[parent[node]!]!;
      node = parent[node]!;
    }
    return node;
  };
  for (const { truth, predicted } of overlaps) parent[root(truth)] = root(truthLabels.length + predicted);
  const groups = new Map<number, Overlap[]>();
  for (const overlap of overlaps) {
    const group = groups.get(root(overlap.truth));
    if (group) group.push(overlap);
    else groups.set(root(overlap.truth), [overlap]);
  }
  return [...groups.values()];
}

function matchingAt(matrix: IouMatrix, iou: number): Matching {
  const pairs = matchedPairs(matrix, iou);
  const found = pairs.length;
  const summedIou = pairs.reduce((sum, pair) => sum + pair.iou, 0);
  return fromCounts(iou, found, matrix.predictedLabels.length - found, matrix.truthLabels.length - found, summedIou);
}

function fromCounts(iou: number, tp: number, fp: number, fn: number, summedIou: number): Matching {
  const ratio = (part: number, whole: number) => (whole > 0 ? part / whole : 0);
  return {
    iou,
    truePositives: tp,
    falsePositives: fp,
    falseNegatives: fn,
    precision: ratio(tp, tp + fp),
    recall: ratio(tp, tp + fn),
    f1: ratio(2 * tp, 2 * tp + fp + fn),
    matchAccuracy: ratio(tp, tp + fp + fn),
    panopticQuality: ratio(summedIou, tp + fp / 2 + fn / 2),
    meanTrueScore: ratio(summedIou, tp + fn),
    meanMatchedScore: ratio(summedIou, tp),
    truths: tp + fn,
    predictions: tp + fp,
  };
}
