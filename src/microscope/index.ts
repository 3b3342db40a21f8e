/** The simulator: specimen → optics → camera, and its calibration on unlabelled images. */

export { type CalibrateOptions, type Calibration, calibrate } from "./calibrate.ts";
export {
  type CameraSettings,
  camera,
  checkCamera,
  countedElectrons,
  expectedElectrons,
  greyLevels,
  readOut,
} from "./cameras/camera.ts";
export type { CanonicalOptions } from "./canonical-scene.ts";
export {
  compareDescriptors,
  type DescriptorComparison,
  type DescriptorEntry,
  descriptorTable,
} from "./compare-descriptors.ts";
export { bicubic } from "./degradation/bicubic.ts";
export {
  type CalibrateDegradationOptions,
  calibrateDegradation,
  type DegradationCalibration,
} from "./degradation/calibrate-degradation.ts";
export {
  checkDegradation,
  type DegradationSettings,
  type DegradeOptions,
  degradationSigmaPx,
  degrade,
  degradedLight,
} from "./degradation/degrade.ts";
export {
  degradePublished,
  type EmptyArea,
  emptyArea,
  type PublishedDegradation,
  publishedBlurPx,
} from "./degradation/degrade-published.ts";
export type { PhotonTransfer } from "./degradation/noise-line.ts";
export { photonTransfer } from "./degradation/photon-transfer.ts";
export { isUsablePatch, type UsablePatchOptions } from "./degradation/usable-patch.ts";
export { type Descriptors, descriptors } from "./descriptors.ts";
export type { Distribution } from "./distribution.ts";
export { type BlinkingSettings, type Blinks, blink } from "./localizations/blinking.ts";
export { clipOutliers, unitRange } from "./localizations/clip-outliers.ts";
export { type LocalizeSettings, localize } from "./localizations/localize.ts";
export { type MovieSettings, movie } from "./localizations/movie.ts";
export {
  likelihoodPrecisionNm,
  mortensenPrecisionNm,
  type SpotSettings,
  thompsonPrecisionNm,
} from "./localizations/precision.ts";
export { cellMicrotubules, stormMicrotubules } from "./localizations/presets.ts";
export { type RenderLocalizationsOptions, renderLocalizations } from "./localizations/render-localizations.ts";
export {
  type FilamentExperiment,
  type FilamentPicture,
  type FilamentPictureOptions,
  simulateFilaments,
} from "./localizations/simulate-filaments.ts";
export { maskScene } from "./mask-scene.ts";
export { type Layer, type WidefieldOptions, widefield } from "./modalities/widefield.ts";
export type { GaussianOptics, OpticsSettings, WidefieldOptics } from "./optics.ts";
export { fluorescenceNuclei, standIn } from "./presets.ts";
export { gaussianPsf } from "./psf/gaussian-psf.ts";
export { type LensSettings, resolutionUm, type WidefieldPsfOptions, widefieldPsf } from "./psf/widefield-psf.ts";
export type { CanonicalPair } from "./render-canonical.ts";
export { checkSettings, type FieldSettings, type MicroscopeSettings } from "./settings.ts";
export { type SimulatedScene, simulate } from "./simulate.ts";
export { simulateCanonical } from "./simulate-canonical.ts";
export { type FieldUm, type Filament, filamentLengthUm, lengthInFieldUm } from "./specimens/filament.ts";
export type { BundleSettings } from "./specimens/filament-bundle.ts";
export { type Crossing, filamentCrossings } from "./specimens/filament-crossings.ts";
export { type Emitters, filamentEmitters, type LabelSettings, labelledSigmaNm } from "./specimens/filament-emitters.ts";
export {
  checkFilaments,
  type FilamentAmount,
  type FilamentArrangement,
  type FilamentSettings,
  filaments,
} from "./specimens/filaments.ts";
export { type NucleiSettings, nuclei, type Specimen } from "./specimens/nuclei.ts";
export { perlinNoise } from "./specimens/perlin-noise.ts";
export type { NucleusTraits, PlacementSettings } from "./specimens/placement.ts";
export { type RenderFilamentOptions, renderFilaments } from "./specimens/render-filaments.ts";
export { type ChainSettings, wormLikeChain } from "./specimens/worm-like-chain.ts";
