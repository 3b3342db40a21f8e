/**
 * The library, grouped by folder in the order in which data meets them.
 *
 * The main line is flat: `openDataset`, `calibrate`, `simulate`, `fitCycleGan`, `fitSegmenter`, `matching`, `run`. What builds networks has
 * short names such as `add` and `conv`, so it stands in `ops`, `layers`, `losses` and `networks`.
 */

// core: what everything else is made of
export * from "./core/errors.ts";
export * from "./core/plane.ts";
export * from "./core/progress.ts";
export { type Random, type RandomState, random, randomFrom } from "./core/random.ts";
export type { Shape } from "./core/shape.ts";
export { copyOf, type DataType, type Tensor, type TensorData, tensor, zeros } from "./core/tensor.ts";
// data: images, labels, datasets
export { boxesOf, completeAnnotations, pointsOf } from "./data/annotation.ts";
export {
  type CanonicalForm,
  canonicalEstimate,
  estimateCanonicalForm,
  labelsToCanonical,
  toCanonical,
} from "./data/canonical.ts";
export { canonicalOfImage, imageOfCanonical } from "./data/canonical-image.ts";
export { type CheckOptions, checkDataset, type DatasetCheck } from "./data/check.ts";
export type { Annotations, Box, Dataset, DatasetEntry, Item, Point, Provenance } from "./data/dataset.ts";
export { type FolderDataset, openDataset } from "./data/folder-dataset.ts";
export * from "./data/formats/index.ts";
export { channelPlane, type Image, type PixelData, type PixelType } from "./data/image.ts";
export { findLeaks, type Leak, type LeakOptions } from "./data/leak.ts";
export { lazyDataset, memoryDataset } from "./data/memory-dataset.ts";
export { mixture } from "./data/mixture.ts";
export { type SplitOptions, splitByGroup, subset } from "./data/split.ts";
export { type DeferredItem, writeDataset } from "./data/write-dataset.ts";
// engine: build a graph, differentiate it, run and train it
export { type Checkpoint, loadCheckpoint, saveCheckpoint } from "./engine/checkpoint.ts";
export { type ChosenDevice, chooseDevice } from "./engine/devices/choose-device.ts";
export { type DeviceFinding, examineDevice } from "./engine/devices/examine-device.ts";
export { type DeviceChoice, type DeviceName, devices } from "./engine/devices.ts";
export { exponentialMovingAverage } from "./engine/ema.ts";
export { type ExportOptions, exportModel } from "./engine/export.ts";
export {
  foreignOpsets,
  type ImportedModel,
  type ImportOptions,
  importModel,
} from "./engine/foreign/import-model.ts";
export { gradient } from "./engine/gradient.ts";
export { createGraph, type Graph, type Initializer, type Value } from "./engine/graph.ts";
export * as initializers from "./engine/initializers.ts";
export * as ops from "./engine/ops/index.ts";
export * from "./engine/optimizers/index.ts";
export { type BioimagePackageOptions, bioimagePackage } from "./engine/package/bioimage-package.ts";
export { testPair } from "./engine/package/test-pair.ts";
export { zip } from "./engine/package/zip.ts";
export * as schedules from "./engine/schedules.ts";
export { openSession, runtimeVersion, type Session, type SessionOptions } from "./engine/session.ts";
export {
  bringHome,
  type CompiledFunction,
  compileFunction,
  compileStep,
  initialState,
  type State,
  type Step,
  type StepGraph,
} from "./engine/step.ts";
export { type TrainingCurves, type TrainOptions, train } from "./engine/train.ts";
// features: images in, one row of numbers each out
export * from "./features/index.ts";
// generators and tasks: what is trained
export {
  type BrightnessSource,
  type CycleGanData,
  type CycleGanFitOptions,
  type CycleGanModel,
  type CycleGanNetworks,
  type DrawnPair,
  fitCycleGan,
  type GeneratedPair,
  type GeneratePairOptions,
  type Generators,
  generatePair,
  loadCycleGan,
  networkPresets,
  openGenerators,
  probeSteganography,
  saveCycleGan,
} from "./generators/cyclegan/index.ts";
export {
  type Denoiser,
  type DiffusionFitOptions,
  type DiffusionModel,
  diffusionPresets,
  fitDiffusion,
  generateImages,
  keptContrast,
  loadDiffusion,
  type NoiseSchedule,
  noiseSchedules,
  openDiffusion,
  type PatchStream,
  patchStream,
  type Sampler,
  sampleDiffusion,
  samplers,
  saveDiffusion,
} from "./generators/diffusion/index.ts";
// image: pure functions on planes and label maps
export { type Contrast, contrastOf, display } from "./image/display.ts";
export { halfMaximumEdges } from "./image/half-maximum-edges.ts";
export * from "./image/index.ts";
export {
  type InstanceMaps,
  type InstanceOptions,
  instanceMaps,
  instancesFromMaps,
  withoutSpecks,
} from "./image/instance-maps.ts";
export { classicalSegmentation } from "./image/otsu-watershed.ts";
export { overlay } from "./image/overlay.ts";
export type { RgbImage } from "./image/rgb-image.ts";
export { sheet } from "./image/sheet.ts";
// metrics: arrays in, numbers out
export * from "./metrics/index.ts";
// microscope: specimen, optics, camera, calibration
export * from "./microscope/index.ts";
// nn: layers, losses, networks
export * as layers from "./nn/layers.ts";
export * as losses from "./nn/losses.ts";
export * as networks from "./nn/networks/index.ts";
export { parameterCount, parametersOf } from "./nn/parameters.ts";
export { type Scope, scope } from "./nn/scope.ts";
// onnx: models and weights as plain data
export { decodeModel } from "./onnx/decode.ts";
export { encodeModel } from "./onnx/encode.ts";
export type * from "./onnx/model.ts";
export { readModel } from "./onnx/read-model.ts";
export { decodeSafetensors, encodeSafetensors, type Safetensors } from "./onnx/safetensors.ts";
export type { BaseRecipe } from "./recipes/base-recipe.ts";
export type { Plan } from "./recipes/recipe-kind.ts";
export { RunRecord } from "./recipes/record.ts";
export { readRecipe, resolveRecipe } from "./recipes/resolve.ts";
export { type RunOptions, run } from "./recipes/run.ts";
export { openRunFolder, type RunFolder, runFolder } from "./recipes/run-folder.ts";
// recipes: experiments as plain data
export { demoRecipe } from "./recipes/segment/demo.ts";
export { SegmentRecipe } from "./recipes/segment/recipe.ts";
// report: pages
export { type CalibrationReport, renderCalibrationPage } from "./report/calibration-page.ts";
export { type CheckReport, renderCheckPage } from "./report/check-page.ts";
export { renderReport } from "./report/report.ts";
export { exportSegmenter } from "./tasks/segment/export.ts";
export { fitSegmenter, type SegmentFitOptions, type SegmentModel } from "./tasks/segment/fit.ts";
export { loadModel, saveModel } from "./tasks/segment/model-file.ts";
export { openSegmenter, type Segmenter, segmentInstances, type TileOptions } from "./tasks/segment/predict.ts";
export * from "./tasks/super-resolve/index.ts";
