/** Measures: arrays in, numbers out. One file each; none knows a network. */

export {
  type AdditiveScore,
  additiveScores,
  matchingTally,
  meanScore,
  type Tally,
  valueTally,
} from "./additive-scores.ts";
export { assignment } from "./assignment.ts";
export { bandEnergy, bandEnergyRatio } from "./band-energy.ts";
export { benjaminiHochberg } from "./benjamini-hochberg.ts";
export { type ArmTallies, type BootstrapOptions, bootstrap, type ScoreInterval } from "./bootstrap.ts";
export { type BrightnessSpreadOptions, brightnessSpread } from "./brightness-spread.ts";
export { conformalPValues } from "./conformal-p-values.ts";
export { type ContactOptions, contactBrightness } from "./contact-brightness.ts";
export { type CountError, countError, type ImageCountError } from "./count-error.ts";
export type { DataRange } from "./data-range.ts";
export { type Decorrelation, type DecorrelationOptions, decorrelation } from "./decorrelation.ts";
export { type DensityCoverage, densityCoverage } from "./density-coverage.ts";
export { dice } from "./dice.ts";
export { equalisedPicture } from "./equalised-picture.ts";
export {
  type FeatureDistance,
  type FeatureDistanceOptions,
  featureDistance,
  type RealismOutcome,
} from "./feature-distance.ts";
export type { FeatureMatrix } from "./feature-matrix.ts";
export type { FeatureMeasure } from "./feature-measure.ts";
export { type FeatureMeasureName, featureMeasures } from "./feature-measures.ts";
export { type FidelitySummary, fidelitySummary, type WitnessSummary } from "./fidelity-summary.ts";
export { type FourierRingCorrelation, type FrcOptions, fourierRingCorrelation } from "./fourier-ring-correlation.ts";
export type { FrcThreshold } from "./frc-threshold.ts";
export { frechetDistance } from "./frechet-distance.ts";
export { type GumbelFit, gumbelFit, gumbelLimit } from "./gumbel-limit.ts";
export { holm } from "./holm.ts";
export type { ImageWindow } from "./image-window.ts";
export { iou } from "./iou.ts";
export { type IouMatrix, iouMatrix, type Overlap } from "./iou-matrix.ts";
export { kernelDistance, type SubsetKernelDistance, subsetKernelDistance } from "./kernel-distance.ts";
export {
  type FidelityVerdict,
  type LabelFidelity,
  type LabelFidelityOptions,
  labelFidelity,
  type Witness,
  type WitnessAgreement,
} from "./label-fidelity.ts";
export {
  iouThresholds,
  type Matching,
  matchedPairs,
  matching,
  matchingOverThresholds,
  meanMatchAccuracy,
  sumMatchings,
  sumMatchingsOverThresholds,
} from "./matching.ts";
export { meanSquaredError } from "./mean-squared-error.ts";
export {
  type MemorizationOptions,
  type MemorizationSignal,
  type MemorizationWatch,
  memorizationBegins,
  memorizationWatch,
  type WatchedImages,
} from "./memorization-begins.ts";
export { type MsSsim, type MsSsimOptions, msSsim } from "./ms-ssim.ts";
export {
  type FeatureComparison,
  type NearestFeature,
  type NearestFeaturesOptions,
  nearestFeatures,
} from "./nearest-features.ts";
export {
  type NearestMatch,
  type NearestTrainingOptions,
  nearestTraining,
  searchedCorner,
  searchedSide,
  type TrainingSimilarity,
} from "./nearest-training.ts";
export {
  type ImageNovelty,
  type NoveltyAudit,
  type NoveltyFeatures,
  type NoveltyImages,
  type NoveltyOptions,
  noveltyAudit,
} from "./novelty.ts";
export type { JudgedScore, NoveltyLevels, NoveltyScoreName, NoveltyTest } from "./novelty-scores.ts";
export { type NoveltyOutcome, type NoveltyVerdict, noveltyVerdict } from "./novelty-verdict.ts";
export { type NrmseNormalization, nrmse } from "./nrmse.ts";
export { type ObjectContrast, outlineContrast } from "./outline-contrast.ts";
export { type PairedDifference, pairedDifference } from "./paired-difference.ts";
export { type PanopticQuality, panopticQuality } from "./panoptic-quality.ts";
export {
  type PermutationOptions,
  type PermutationResult,
  permutationTest,
  type ScoreSamples,
} from "./permutation-test.ts";
export { type PowerRatio, powerRatios } from "./power-ratios.ts";
export { type PrecisionRecall, precisionRecall } from "./precision-recall.ts";
export { psnr } from "./psnr.ts";
export { rankCorrelation } from "./rank-correlation.ts";
export { type FeatureRanking, type RankOptions, rankGenerated } from "./rank-generated.ts";
export {
  type DescriptorDistances,
  type DescriptorSamples,
  descriptorDistances,
  type SharedHistograms,
  sharedHistograms,
} from "./realism.ts";
export { type ScoringPair, scoringPair } from "./scoring-pair.ts";
export { type SingleImageFrc, type SingleImageFrcOptions, singleImageFrc } from "./single-image-frc.ts";
export { type SsimOptions, ssim } from "./ssim.ts";
export { type Standout, standouts } from "./standout.ts";
export {
  type CycleError,
  type CycleErrorJump,
  cycleErrorJump,
  type HiddenSignalEvidence,
  type HiddenSignalLimits,
  type HiddenSignalVerdict,
  hiddenSignalVerdict,
} from "./steganography.ts";
export {
  type TrainingPreference,
  type TrainingPreferenceOptions,
  trainingPreference,
} from "./training-preference.ts";
export { type Outcome, type Verdict, type VerdictInput, type VerdictOptions, verdict } from "./verdict.ts";
export { wasserstein1 } from "./wasserstein1.ts";
