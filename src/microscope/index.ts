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
export { type Descriptors, descriptors } from "./descriptors.ts";
export type { Distribution } from "./distribution.ts";
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
export { type NucleiSettings, nuclei, type Specimen } from "./specimens/nuclei.ts";
export type { NucleusTraits, PlacementSettings } from "./specimens/placement.ts";
