import type { Plane } from "../core/plane.ts";
import { meanSquaredError } from "./mean-squared-error.ts";

/** What the error is divided by; each is taken from the truth. */
export type NrmseNormalization = "euclidean" | "min-max" | "mean";

/**
 * Root-mean-square error over a scale of the truth. As `skimage.metrics.normalized_root_mse`.
 *
 * `"euclidean"`: the root mean square of the truth, so the result is ‖truth − image‖ / ‖truth‖. `"min-max"`: its largest minus its
 * smallest value. `"mean"`: its mean. They differ by much: say which beside the number.
 *
 * @returns a share, 0 for equal planes; infinite or `NaN` where the truth has no scale of this kind
 * @throws {@link ShapeError} when the sizes differ
 */
export function nrmse(
  truth: Plane,
  image: Plane,
  { normalization = "euclidean" }: { normalization?: NrmseNormalization } = {},
): number {
  return Math.sqrt(meanSquaredError(truth, image)) / scales[normalization](truth.data);
}

const scales: Record<NrmseNormalization, (values: Float32Array) => number> = {
  euclidean: (values) => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length),
  mean: (values) => values.reduce((sum, value) => sum + value, 0) / values.length,
  "min-max": (values) => {
    let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (const value of values) {
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
    return high - low;
  },
};
