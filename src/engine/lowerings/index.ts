/**
 * The table of lowerings: ways from the mathematical graph to ONNX. A lowering changes speed and memory, never a result beyond rounding.
 */

import type { OnnxModel } from "../../onnx/model.ts";
import type { Graph, Value } from "../graph.ts";
import { channelsPerBlock } from "./cpu/probe.ts";
import { cpu } from "./cpu.ts";
import type { LoweringOptions } from "./emitter.ts";
import { portable } from "./portable.ts";

export type { LoweringOptions } from "./emitter.ts";

/** From a graph and its outputs by name to a model. */
export type Lowering = (graph: Graph, outputs: Readonly<Record<string, Value>>, options?: LoweringOptions) => OnnxModel;

/** Every lowering by name. */
export const lowerings = { portable, cpu } as const satisfies Record<string, Lowering>;

/** Name of a lowering. */
export type LoweringName = keyof typeof lowerings;

/** A lowering, or the best for this machine. */
export type LoweringChoice = LoweringName | "auto";

/** The lowering that `auto` stands for on this machine. */
export async function preferredLowering(): Promise<LoweringName> {
  return (await channelsPerBlock()) === undefined ? "portable" : "cpu";
}

/**
 * The model for this machine, and which lowering wrote it: `cpu` and `auto` stand for `cpu` where the runtime has its blocked operators,
 * otherwise for `portable`.
 */
export async function lower(
  choice: LoweringChoice,
  graph: Graph,
  outputs: Readonly<Record<string, Value>>,
  options: LoweringOptions = {},
): Promise<{ readonly model: OnnxModel; readonly lowering: LoweringName }> {
  const block = choice === "portable" ? undefined : await channelsPerBlock();
  const lowering = block === undefined ? "portable" : "cpu";
  return { model: lowerings[lowering](graph, outputs, { ...options, block }), lowering };
}
