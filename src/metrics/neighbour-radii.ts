import { DataError } from "../core/errors.ts";
import type { FeatureMatrix } from "../core/feature-matrix.ts";
import type { Rows } from "./feature-measure.ts";

/** Squared Euclidean distances of all pairs of images, `[N, N]`. */
export function squaredDistances({ data, count, dimensions: d }: FeatureMatrix): Float64Array {
  const x = Float64Array.from(data);
  const distances = new Float64Array(count * count);
  for (let i = 1; i < count; i++)
    for (let j = 0; j < i; j++) {
      let sum = 0;
      for (let k = 0; k < d; k++) {
        const difference = x[i * d + k]! - x[j * d + k]!;
        sum += difference * difference;
      }
      distances[i * count + j] = sum;
      distances[j * count + i] = sum;
    }
  return distances;
}

/** Squared distance from each image of a set to its k-th nearest among the others of that set. */
export function neighbourRadii(distances: Float64Array, count: number, rows: Rows, k: number): Float64Array {
  const nearest = new Float64Array(k);
  return Float64Array.from(rows, (row) => {
    nearest.fill(Number.POSITIVE_INFINITY);
    for (const other of rows) {
      if (other === row) continue;
      const distance = distances[row * count + other]!;
      if (distance >= nearest[k - 1]!) continue;
      let place = k - 1;
      for (; place > 0 && nearest[place - 1]! > distance; place--) nearest[place] = nearest[place - 1]!;
      nearest[place] = distance;
    }
    return nearest[k - 1]!;
  });
}

/** @throws {@link DataError} when a set has no k-th neighbour */
export function requireNeighbours(where: string, k: number, ...sets: readonly FeatureMatrix[]): void {
  const fewest = Math.min(...sets.map((set) => set.count));
  if (Number.isInteger(k) && k >= 1 && k < fewest) return;
  throw new DataError({
    where: `${where}.k`,
    expected: `1 to ${fewest - 1} neighbours, fewer than the images of the smaller set`,
    received: `${k}`,
    fix: "Use more images.",
  });
}
