/** The only door to image files. */

export { outputError, writeAtomically, writeFileAtomically } from "./atomic-write.ts";
export type { FileRecord } from "./file-record.ts";
export { readLabels, readObjectMasks, writeLabels } from "./labels.ts";
export type { LocalizationTable } from "./localization-columns.ts";
export { type LocalizationParser, localizationParser } from "./localization-parser.ts";
export { readLocalizations, writeLocalizations } from "./localization-table.ts";
export { type MeanFrame, readMeanFrame } from "./mean-frame.ts";
export { type FormatName, imageFormat, isImageName, readImage, readImages } from "./read-image.ts";
export { readProvenance } from "./read-provenance.ts";
export { rgbPng, writeRgbPng } from "./rgb-png.ts";
export { tiffImageCount } from "./tiff.ts";
export { encodePng, writePng } from "./write-png.ts";
export { type TiffOptions, writeOmeTiff, writeTiff } from "./write-tiff.ts";
