import type { FeatureMatrix } from "../../core/feature-matrix.ts";
import { random } from "../../core/random.ts";
import { featureDistance } from "../../metrics/feature-distance.ts";
import type { RealismRecord } from "../record.ts";

/** Measures that a record tells, and how they are called. */
const MEASURES = [
  { measure: "kernel", name: "Kernel distance (KID)", lowerIsBetter: true },
  { measure: "frechet", name: "Fréchet distance", lowerIsBetter: true },
  { measure: "precision", name: "Precision (looks real)", lowerIsBetter: false },
  { measure: "recall", name: "Recall (variety)", lowerIsBetter: false },
  { measure: "density", name: "Density", lowerIsBetter: false },
  { measure: "coverage", name: "Coverage", lowerIsBetter: false },
] as const;

/** How near a set of images is to real ones, with the distance of real images among themselves. */
export function realismRecord(
  source: string,
  features: { readonly network: string; readonly real: FeatureMatrix; readonly made: FeatureMatrix },
  seed: number,
): RealismRecord {
  const { network, real, made } = features;
  const found = MEASURES.map(({ measure, name, lowerIsBetter }) => {
    const { value, low, high, floor, sentence, outcome } = featureDistance(
      real,
      made,
      random(seed).fork("realism", source, measure),
      { network, measure },
    );
    return {
      told: { name, value, low, high, floor: floor.value, lowerIsBetter },
      warnings: outcome === "cannot tell" ? [sentence] : [],
    };
  });
  return {
    source,
    featureNetwork: network,
    images: made.count,
    realImages: real.count,
    measures: found.map(({ told }) => told),
    warnings: found.flatMap(({ warnings }) => warnings),
  };
}
