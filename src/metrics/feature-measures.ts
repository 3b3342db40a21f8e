import { coverageMeasure, densityMeasure } from "./density-coverage.ts";
import type { FeatureMeasure } from "./feature-measure.ts";
import { frechetMeasure } from "./frechet-distance.ts";
import { kernelMeasure } from "./kernel-distance.ts";
import { precisionMeasure, recallMeasure } from "./precision-recall.ts";

/** Every measure that `featureDistance` and `rankGenerated` know. */
export const featureMeasures = {
  kernel: kernelMeasure,
  frechet: frechetMeasure,
  precision: precisionMeasure,
  recall: recallMeasure,
  density: densityMeasure,
  coverage: coverageMeasure,
} as const satisfies Record<string, FeatureMeasure>;

export type FeatureMeasureName = keyof typeof featureMeasures;
