import type { FeatureMatrix } from "../core/feature-matrix.ts";
import type { FeatureMeasure, Rows } from "./feature-measure.ts";
import { neighbourRadii, requireNeighbours, squaredDistances } from "./neighbour-radii.ts";
import { pooledFeatures } from "./pooled-features.ts";
import { requireFeatures } from "./require-features.ts";

/** Neighbours that span the ball around a real image, as the authors advise. */
const NEIGHBOURS = 5;

/** How densely generated images lie among the real ones, and how many of those they reach. */
export interface DensityCoverage {
  /** Real balls that a generated image lies in, over k, on average: about 1 for equal distributions, and not bounded. */
  readonly density: number;
  /** Share of the real images whose ball holds at least one generated image. */
  readonly coverage: number;
}

/**
 * Density and coverage: as precision and recall, from balls around the real images alone, and without letting one outlier decide.
 *
 * For equal distributions density is 1, and coverage 1 − (n − 1)…(n − k) / ((2n − 1)…(2n − k)) ≈ 1 − 2⁻ᵏ for n images on either
 * side; more generated images than real ones raise coverage.
 *
 * @param options.k neighbours
 * @throws {@link ShapeError} when the widths differ
 * @throws {@link DataError} when the real set has no k-th neighbour
 * @see Naeem, Oh, Uh, Choi & Yoo, ICML 2020, equations 3 and 4, lemma 2
 */
export function densityCoverage(
  real: FeatureMatrix,
  generated: FeatureMatrix,
  { k = NEIGHBOURS }: { k?: number } = {},
): DensityCoverage {
  requireFeatures("densityCoverage", [real, generated], 1);
  requireNeighbours("densityCoverage", k, real);
  const { pool, rows } = pooledFeatures(real, generated);
  return inBalls(squaredDistances(pool), pool.count, rows[0]!, rows[1]!, k);
}

function inBalls(distances: Float64Array, count: number, real: Rows, generated: Rows, k: number): DensityCoverage {
  const radii = neighbourRadii(distances, count, real, k);
  let inside = 0;
  let covered = 0;
  real.forEach((row, i) => {
    let held = 0;
    for (const other of generated) if (distances[row * count + other]! < radii[i]!) held++;
    inside += held;
    if (held > 0) covered++;
  });
  return { density: inside / (k * generated.length), coverage: covered / real.length };
}

/** Density for `featureDistance`; 8 N² bytes for N images in all. */
export const densityMeasure: FeatureMeasure = {
  title: "density",
  better: "larger",
  range: [0, Number.POSITIVE_INFINITY],
  fewest: () => 20,
  on(pool) {
    const distances = squaredDistances(pool);
    return (real, generated) => inBalls(distances, pool.count, real, generated, NEIGHBOURS).density;
  },
};

/** Coverage for `featureDistance`. */
export const coverageMeasure: FeatureMeasure = {
  ...densityMeasure,
  title: "coverage",
  range: [0, 1],
  on(pool) {
    const distances = squaredDistances(pool);
    return (real, generated) => inBalls(distances, pool.count, real, generated, NEIGHBOURS).coverage;
  },
};
