/**
 * The engine alone, as `fantascope/engine`: build a graph, differentiate it, train it, export it, or take up a network that others trained.
 *
 * Everything here runs in Node and in pages; nothing asks for files. What does (`train` with its checkpoints, `readModel`, packages) is in
 * `fantascope` itself, what tells where time and memory go in `fantascope/engine/diagnostics`.
 */

export * from "./core/errors.ts";
export { type Random, type RandomState, random, randomFrom } from "./core/random.ts";
export { type Shape, sizeOf } from "./core/shape.ts";
export { copyOf, type DataType, type Tensor, type TensorData, tensor, zeros } from "./core/tensor.ts";

// build

export { createGraph, type Graph, type Initializer, type Operand, type Value, type Variable } from "./engine/graph.ts";
export * as initializers from "./engine/initializers.ts";
export * as ops from "./engine/ops/index.ts";
export * as layers from "./nn/layers.ts";
export * as losses from "./nn/losses.ts";
export * as networks from "./nn/networks/index.ts";
export { parameterCount, parametersOf } from "./nn/parameters.ts";
export * from "./nn/perceptual-loss.ts";
export { type Scope, scope } from "./nn/scope.ts";

// differentiate

export { gradient } from "./engine/gradient.ts";

// train

export { exponentialMovingAverage } from "./engine/ema.ts";
export * from "./engine/optimizers/index.ts";
export * as schedules from "./engine/schedules.ts";

// lower and run

export { type LoweringChoice, type LoweringName, preferredLowering } from "./engine/lowerings/index.ts";
export { openSession, runtimeVersion, type Session, type SessionOptions } from "./engine/session.ts";
export {
  bringHome,
  type CompiledFunction,
  type CompileOptions,
  compileFunction,
  compileStep,
  type Inputs,
  initialState,
  type State,
  type Step,
  type StepGraph,
} from "./engine/step.ts";

// models as files: their bytes

export { type ExportOptions, exportModel } from "./engine/export.ts";
export { foreignOpsets, type ImportedModel, type ImportOptions, importModel } from "./engine/foreign/import-model.ts";
export { type DecodeOptions, decodeModel } from "./onnx/decode.ts";
export { encodeModel } from "./onnx/encode.ts";
export type * from "./onnx/model.ts";
export { decodeSafetensors, encodeSafetensors, type Safetensors } from "./onnx/safetensors.ts";
