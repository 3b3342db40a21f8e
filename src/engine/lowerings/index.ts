/**
 * The table of lowerings: ways from the mathematical graph to ONNX. A lowering changes speed and memory, never a result beyond rounding.
 *
 * The blocked CPU lowering (activations and weights in ONNX Runtime's NCHWc layout) will be a second line here.
 */

import type { OnnxModel } from "../../onnx/model.ts";
import type { Graph, Value } from "../graph.ts";
import type { LoweringOptions } from "./emitter.ts";
import { portable } from "./portable.ts";

export type { LoweringOptions } from "./emitter.ts";

/** From a graph and its outputs by name to a model. */
export type Lowering = (graph: Graph, outputs: Readonly<Record<string, Value>>, options?: LoweringOptions) => OnnxModel;

/** Every lowering by name. */
export const lowerings = { portable } as const satisfies Record<string, Lowering>;

/** Name of a lowering. */
export type LoweringName = keyof typeof lowerings;
