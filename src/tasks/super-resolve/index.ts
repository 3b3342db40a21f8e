/** Super-resolution: low images in, images without blur and noise out, on the same grid or a finer one. */

export { type BlankField, blankFieldOf, drawBlankField } from "./blank-field.ts";
export * from "./classical/index.ts";
export { type BatchOptions, drawBatch, type ImagePair, type PairSource } from "./draw-batch.ts";
export {
  type DisagreementCalibration,
  disagreementCalibration,
  type EnsembleResult,
  ensembleOf,
  resolveEnsemble,
} from "./ensemble.ts";
export {
  exportSuperResolver,
  SUPER_RESOLVER_EXPORT_PX,
  SUPER_RESOLVER_HALO_PX,
  type SuperResolverExportOptions,
  type SuperResolverTestPair,
  superResolverTestPair,
} from "./export.ts";
export {
  fitSuperResolver,
  type SuperResolveData,
  type SuperResolveFitOptions,
  type SuperResolveModel,
  type ValidationScore,
} from "./fit.ts";
export {
  type FieldStructure,
  type HallucinationProbe,
  type ProbeLevel,
  type ProbeLimits,
  type ProbeOptions,
  probeHallucination,
} from "./hallucination-probe.ts";
export { loadSuperResolver, saveSuperResolver } from "./model-file.ts";
export {
  type Scale,
  type SuperResolverConfig,
  type SuperResolverName,
  type SuperResolverNetwork,
  sideMultiple,
  superResolverNetworks,
  superResolverOutput,
} from "./network.ts";
export {
  openSuperResolver,
  type PercentileRange,
  type PieceSizes,
  type ResolveOptions,
  type SuperResolver,
  type TrainedNetwork,
} from "./predict.ts";
export { type SuperResolverStepOptions, superResolverStep } from "./step.ts";
export {
  type SuperResolverLoss,
  type SuperResolverSchedule,
  superResolverLosses,
  superResolverSchedules,
} from "./training.ts";
