/** Feature networks: images in, one row of numbers per image out, for distances between sets of images. */

export type { FeatureNetwork, FeatureRunOptions } from "./feature-network.ts";
export { MICROSCOPY_FEATURES, microscopyFeatures, openMicroscopyFeatures } from "./microscopy-features.ts";
export { type ForeignFeatureOptions, openFeatureNetwork } from "./open-feature-network.ts";
export { pillowBicubic } from "./pillow-bicubic.ts";
export { type FeaturePreprocessing, featurePreprocessings, preprocessed } from "./preprocessing.ts";
