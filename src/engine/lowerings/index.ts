/**
 * The table of lowerings: ways from the mathematical graph to ONNX. A lowering changes speed and memory, never a result beyond rounding.
 */

import type { OnnxModel } from "../../onnx/model.ts";
import type { DeviceName } from "../devices.ts";
import type { Graph, Value } from "../graph.ts";
import { halvedShare } from "./cpu/convolution.ts";
import { channelsPerBlock } from "./cpu/probe.ts";
import { cpu } from "./cpu.ts";
import { type LoweringOptions, neededFor } from "./emitter.ts";
import { portable } from "./portable.ts";
import { webgpu } from "./webgpu.ts";

export type { LoweringOptions } from "./emitter.ts";

/** From a graph and its outputs by name to a model. */
export type Lowering = (graph: Graph, outputs: Readonly<Record<string, Value>>, options?: LoweringOptions) => OnnxModel;

/** Every lowering by name. */
export const lowerings = { portable, cpu, webgpu } as const satisfies Record<string, Lowering>;

/** Name of a lowering. */
export type LoweringName = keyof typeof lowerings;

/** A lowering, or the best for the device. */
export type LoweringChoice = LoweringName | "auto";

/** What `auto` stands for on each device. */
const best: Readonly<Record<DeviceName, LoweringName>> = { cpu: "cpu", webgpu: "webgpu", cuda: "portable" };

/** The lowering that `auto` stands for on a device of this machine. */
export async function preferredLowering(device: DeviceName = "cpu"): Promise<LoweringName> {
  return possible(best[device]);
}

/**
 * The lowering for a function, whose weights are constants. The runtime lays these out in blocks by itself, with normalisations in them, so on a processor
 * `cpu` is better only where it halves most of the convolutions.
 */
export async function functionLowering(
  outputs: Readonly<Record<string, Value>>,
  device: DeviceName = "cpu",
): Promise<LoweringName> {
  const lowering = await preferredLowering(device);
  if (lowering !== "cpu") return lowering;
  const share = halvedShare(neededFor(Object.values(outputs)), (await channelsPerBlock())!);
  return share > 0.5 ? "cpu" : "portable";
}

/** The lowering itself, or `portable` where the runtime has no blocked operators. */
async function possible(name: LoweringName): Promise<LoweringName> {
  return name === "cpu" && (await channelsPerBlock()) === undefined ? "portable" : name;
}

/**
 * The model for a device, and which lowering wrote it: `auto` stands for the device's best, and `cpu` for `portable` where the runtime has no
 * blocked operators.
 */
export async function lower(
  choice: LoweringChoice,
  graph: Graph,
  outputs: Readonly<Record<string, Value>>,
  { device = "cpu", ...options }: LoweringOptions & { readonly device?: DeviceName } = {},
): Promise<{ readonly model: OnnxModel; readonly lowering: LoweringName }> {
  const lowering = await possible(choice === "auto" ? best[device] : choice);
  const block = lowering === "cpu" ? await channelsPerBlock() : undefined;
  return { model: lowerings[lowering](graph, outputs, { ...options, block }), lowering };
}
