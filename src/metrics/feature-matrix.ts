export type { FeatureMatrix } from "../core/feature-matrix.ts";
