import type { FeatureMatrix } from "../core/feature-matrix.ts";

/** Which images of a pool, by row. */
export type Rows = Int32Array;

/** One way to hold a set of generated images against a set of real ones, by their features. */
export interface FeatureMeasure {
  /** As it is printed. */
  readonly title: string;
  readonly better: "smaller" | "larger";
  /** What it can be; distances that are unbiased can fall below zero, and do when sets are alike. */
  readonly range: readonly [lowest: number, highest: number];
  /** Images on either side below which no two sets are ranked by it. */
  fewest(dimensions: number): number;
  /**
   * Prepares a pool of images, and gives the measure between any two disjoint subsets of it. What is common to all of them, such as the
   * distances of all pairs, is computed once.
   */
  on(pool: FeatureMatrix): (real: Rows, generated: Rows) => number;
}
