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
export { type ArmTallies, type BootstrapOptions, bootstrap, type ScoreInterval } from "./bootstrap.ts";
export { type CountError, countError, type ImageCountError } from "./count-error.ts";
export { dice } from "./dice.ts";
export { equalisedPicture } from "./equalised-picture.ts";
export { type FidelitySummary, fidelitySummary, type WitnessSummary } from "./fidelity-summary.ts";
export { holm } from "./holm.ts";
export { iou } from "./iou.ts";
export { type IouMatrix, iouMatrix, type Overlap } from "./iou-matrix.ts";
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
export { type ObjectContrast, outlineContrast } from "./outline-contrast.ts";
export { type PairedDifference, pairedDifference } from "./paired-difference.ts";
export { type PanopticQuality, panopticQuality } from "./panoptic-quality.ts";
export {
  type DescriptorDistances,
  type DescriptorSamples,
  descriptorDistances,
  type SharedHistograms,
  sharedHistograms,
} from "./realism.ts";
export {
  type CycleError,
  type CycleErrorJump,
  cycleErrorJump,
  type HiddenSignalEvidence,
  type HiddenSignalLimits,
  type HiddenSignalVerdict,
  hiddenSignalVerdict,
} from "./steganography.ts";
export { type Outcome, type Verdict, type VerdictInput, type VerdictOptions, verdict } from "./verdict.ts";
export { wasserstein1 } from "./wasserstein1.ts";
