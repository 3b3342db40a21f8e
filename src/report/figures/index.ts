export { type ForestRow, forest } from "./forest.ts";
export { type HistogramSource, histograms } from "./histograms.ts";
export { type LearningSeries, learningCurve } from "./learning-curve.ts";
export { roleColours, seriesColour, seriesDash, sourceColour } from "./palette.ts";
export { type ProfileSeries, profiles } from "./profiles.ts";
export { type TrainingCurve, trainingCurves } from "./training-curves.ts";
