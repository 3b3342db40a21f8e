/** Pure functions on planes, masks and label maps. */

export { type AffineFit, type AffineFitOptions, affineFit, affineFitted } from "./affine-fit.ts";
export { type AlignedPair, alignedPair } from "./aligned-pair.ts";
export { boundaries } from "./boundaries.ts";
export { clahe } from "./clahe.ts";
export { closing } from "./closing.ts";
export { type Connectivity, type CountedLabelMap, components } from "./components.ts";
export { type CosineTransform, cosineTransform } from "./cosine-transform.ts";
export { dctMatrix } from "./dct-matrix.ts";
export { dct2, idct2 } from "./dct2.ts";
export { type DihedralVariant, dihedral, dihedralPosition, dihedralVariants } from "./dihedral.ts";
export { dilation } from "./dilation.ts";
export { distanceTransform, squaredDistanceTransform } from "./distance-transform.ts";
export { erosion } from "./erosion.ts";
export { type ComplexPlane, fft2d, inverseFft2d } from "./fft2d.ts";
export { fillHoles } from "./fill-holes.ts";
export { type FourierTransform, fourierTransform } from "./fourier-transform.ts";
export { gaussianBlur } from "./gaussian-blur.ts";
export { type Histogram, histogram } from "./histogram.ts";
export {
  type InstanceMaps,
  type InstanceOptions,
  instanceMaps,
  instancesFromMaps,
  withoutSpecks,
} from "./instance-maps.ts";
export { keptCoefficients, lowPassDct, lowPassMatrix } from "./low-pass-dct.ts";
export { medianOf } from "./median-of.ts";
export {
  type NearestPair,
  type NearestPairsSheetOptions,
  nearestPairsSheet,
  type OverlaidPair,
  overlaidPair,
} from "./nearest-pairs-sheet.ts";
export { opening } from "./opening.ts";
export { otsuThreshold } from "./otsu-threshold.ts";
export { type Peak, peakLocalMaxima } from "./peak-local-maxima.ts";
export { percentile, type Values } from "./percentile.ts";
export { type PowerSpectrum, powerSpectrum } from "./power-spectrum.ts";
export { type Region, regions } from "./regions.ts";
export {
  type RegisteredTranslation,
  type RegistrationOptions,
  registerTranslation,
  type Translation,
} from "./register-translation.ts";
export { relabel } from "./relabel.ts";
export { requireSameSize, type Sized } from "./require-same-size.ts";
export { resizeLabels } from "./resize-labels.ts";
export { type ResizeMethod, resizePlane } from "./resize-plane.ts";
export { standardDeviation } from "./standard-deviation.ts";
export { templateMatch } from "./template-match.ts";
export {
  type TemplateMatch,
  type TemplateSearch,
  type TemplateSearchOptions,
  templateSearch,
} from "./template-search.ts";
export { translatePlane } from "./translate-plane.ts";
export { watershed } from "./watershed.ts";
export type { MatchMethod } from "./window-norm.ts";
