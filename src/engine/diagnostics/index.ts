export {
  analyseStep,
  type EstimateOptions,
  estimateStep,
  type OperatorShare,
  type StepEstimate,
  type StepMemory,
  type StepWork,
  stepEstimate,
  stepMemory,
} from "./estimate.ts";
export { type Layer, type LayerKind, type LayerTableOptions, layerTable } from "./layer-table.ts";
export { type MachineSpeed, machineSpeed, openProbes, type Probes } from "./machine-speed.ts";
export { networkPicture, type PictureOptions } from "./network-picture.ts";
export { productOperations } from "./product-operations.ts";
export {
  type ProfileOptions,
  type ProfileShare,
  profileStep,
  type StepProfile,
  scopeAt,
  sharesBy,
} from "./profile.ts";
