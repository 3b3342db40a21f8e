import { DataError, ShapeError } from "../core/errors.ts";
import type { FeatureMatrix } from "../core/feature-matrix.ts";
import { formatShape } from "../core/shape.ts";

/**
 * Checks that feature sets can be compared: of one width, each with at least `fewest` images, all numbers finite.
 *
 * @throws {@link ShapeError} when the widths differ, or an array does not hold `count · dimensions` numbers
 * @throws {@link DataError} when there are too few images, or a feature is not a finite number
 */
export function requireFeatures(where: string, sets: readonly FeatureMatrix[], fewest = 2): void {
  const { dimensions } = sets[0]!;
  for (const { data, count, dimensions: width } of sets) {
    if (width !== dimensions || data.length !== count * width)
      throw new ShapeError({
        where,
        expected: `features ${formatShape([count, dimensions])}`,
        received: `${formatShape([count, width])} with ${data.length} numbers`,
        fix: "Take the features of all images from the same network.",
      });
    if (count < fewest)
      throw new DataError({ where, expected: `at least ${fewest} images in every set`, received: `${count}` });
    const wrong = data.findIndex((value) => !Number.isFinite(value));
    if (wrong >= 0)
      throw new DataError({
        where,
        expected: "finite features",
        received: `${data[wrong]} in feature ${wrong % width} of image ${Math.floor(wrong / width)}`,
        fix: "Look for NaN in that image, or for a network that overflows.",
      });
  }
}
