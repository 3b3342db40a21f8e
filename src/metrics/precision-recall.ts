import type { FeatureMatrix } from "../core/feature-matrix.ts";
import type { FeatureMeasure, Rows } from "./feature-measure.ts";
import { neighbourRadii, requireNeighbours, squaredDistances } from "./neighbour-radii.ts";
import { pooledFeatures } from "./pooled-features.ts";
import { requireFeatures } from "./require-features.ts";

/** Neighbours that span the ball around an image, as in the paper. */
const NEIGHBOURS = 3;

/** How much of one set lies within the other. */
export interface PrecisionRecall {
  /** Share of the generated images within the ball of some real one: are they realistic? */
  readonly precision: number;
  /** Share of the real images within the ball of some generated one: is every kind of image made? */
  readonly recall: number;
}

/**
 * Improved precision and recall: the space that a set fills is the union of balls around its images, each reaching to the k-th nearest
 * of the set.
 *
 * One odd real image with a large ball raises precision, so read it beside `densityCoverage`.
 *
 * @param options.k neighbours
 * @throws {@link ShapeError} when the widths differ
 * @throws {@link DataError} when a set has no k-th neighbour
 * @see Kynkäänniemi, Karras, Laine, Lehtinen & Aila, NeurIPS 2019, equations 1–3
 */
export function precisionRecall(
  real: FeatureMatrix,
  generated: FeatureMatrix,
  { k = NEIGHBOURS }: { k?: number } = {},
): PrecisionRecall {
  requireFeatures("precisionRecall", [real, generated]);
  requireNeighbours("precisionRecall", k, real, generated);
  const { pool, rows } = pooledFeatures(real, generated);
  const distances = squaredDistances(pool);
  return {
    precision: shareWithin(distances, pool.count, rows[1]!, rows[0]!, k),
    recall: shareWithin(distances, pool.count, rows[0]!, rows[1]!, k),
  };
}

/** Share of the images of one set that lie within the ball of at least one image of another. */
function shareWithin(distances: Float64Array, count: number, inner: Rows, outer: Rows, k: number): number {
  const radii = neighbourRadii(distances, count, outer, k);
  const within = inner.filter((row) => outer.some((other, j) => distances[row * count + other]! <= radii[j]!));
  return within.length / inner.length;
}

/** Precision for `featureDistance`; 8 N² bytes for N images in all. */
export const precisionMeasure: FeatureMeasure = {
  title: "precision",
  better: "larger",
  range: [0, 1],
  fewest: () => 20,
  on(pool) {
    const distances = squaredDistances(pool);
    return (real, generated) => shareWithin(distances, pool.count, generated, real, NEIGHBOURS);
  },
};

/** Recall for `featureDistance`. */
export const recallMeasure: FeatureMeasure = {
  ...precisionMeasure,
  title: "recall",
  on(pool) {
    const distances = squaredDistances(pool);
    return (real, generated) => shareWithin(distances, pool.count, real, generated, NEIGHBOURS);
  },
};
