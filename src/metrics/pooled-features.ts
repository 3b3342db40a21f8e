import type { FeatureMatrix } from "../core/feature-matrix.ts";
import type { Rows } from "./feature-measure.ts";

/** Several feature sets as one. */
export interface PooledFeatures {
  readonly pool: FeatureMatrix;
  /** The rows of each set, in the order given. */
  readonly rows: readonly Rows[];
}

/** All images of some feature sets in one pool, and which rows of it are whose. */
export function pooledFeatures(...sets: readonly FeatureMatrix[]): PooledFeatures {
  const { dimensions } = sets[0]!;
  const count = sets.reduce((sum, set) => sum + set.count, 0);
  const data = new Float32Array(count * dimensions);
  let from = 0;
  const rows = sets.map((set) => {
    const first = from;
    data.set(set.data, first * dimensions);
    from += set.count;
    return Int32Array.from({ length: set.count }, (_, i) => first + i);
  });
  return { pool: { data, count, dimensions }, rows };
}
