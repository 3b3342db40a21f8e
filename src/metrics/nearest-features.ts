import { ShapeError } from "../core/errors.ts";
import type { FeatureMatrix } from "./feature-matrix.ts";

/** How features are compared: the angle between them, or their distance. */
export type FeatureComparison = "cosine" | "euclidean";

/** The training image whose features come closest. */
export interface NearestFeature {
  readonly training: number;
  /** Cosine of the angle, or minus the distance: higher is more alike. */
  readonly similarity: number;
}

export interface NearestFeaturesOptions {
  readonly comparison?: FeatureComparison;
  /** Rows per training image, one after another: 8 when the features of its flips and turns are given too. */
  readonly rowsPerTraining?: number;
}

/**
 * Nearest training image of every image by features.
 *
 * For the cosine the mean of the training features is taken away first: features after a rectifier are all positive,
 * and any two of them would seem alike.
 *
 * @param images `[N, D]`
 * @param training `[M · rowsPerTraining, D]`
 * @throws {@link ShapeError} when the dimensions differ, or the rows are not a multiple of `rowsPerTraining`
 */
export function nearestFeatures(
  images: FeatureMatrix,
  training: FeatureMatrix,
  { comparison = "cosine", rowsPerTraining = 1 }: NearestFeaturesOptions = {},
): NearestFeature[] {
  const { dimensions } = training;
  if (images.dimensions !== dimensions || training.count === 0 || training.count % rowsPerTraining !== 0)
    throw new ShapeError({
      where: "nearestFeatures",
      expected: `features of ${dimensions} dimensions, ${rowsPerTraining} rows for every training image`,
      received: `${images.dimensions} dimensions, ${training.count} training rows`,
    });
  const centre = comparison === "cosine" ? columnMeans(training) : new Float64Array(dimensions);
  const rows = prepared(training, centre, comparison);
  const queries = prepared(images, centre, comparison);
  return Array.from({ length: images.count }, (_, row) => {
    let best: NearestFeature = { training: 0, similarity: Number.NEGATIVE_INFINITY };
    for (let candidate = 0; candidate < training.count; candidate++) {
      let sum = 0;
      for (let d = 0; d < dimensions; d++) {
        const [a, b] = [queries[row * dimensions + d]!, rows[candidate * dimensions + d]!];
        sum += comparison === "cosine" ? a * b : (a - b) ** 2;
      }
      const similarity = comparison === "cosine" ? sum : -Math.sqrt(sum);
      if (similarity > best.similarity) best = { training: Math.floor(candidate / rowsPerTraining), similarity };
    }
    return best;
  });
}

function columnMeans({ data, count, dimensions }: FeatureMatrix): Float64Array {
  const means = new Float64Array(dimensions);
  data.forEach((value, i) => {
    means[i % dimensions]! += value / count;
  });
  return means;
}

/** Rows less the centre, of norm 1 for the cosine. */
function prepared(
  { data, dimensions }: FeatureMatrix,
  centre: Float64Array,
  comparison: FeatureComparison,
): Float64Array {
  const rows = Float64Array.from(data, (value, i) => value - centre[i % dimensions]!);
  if (comparison === "euclidean") return rows;
  for (let start = 0; start < rows.length; start += dimensions) {
    const row = rows.subarray(start, start + dimensions);
    const norm = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0));
    if (norm > 0)
      row.forEach((value, d) => {
        row[d] = value / norm;
      });
  }
  return rows;
}
