/**
 * Makes again what is cheaper to make than to keep: at the end of the forward pass all images wait for their gradients, and with them images that one
 * pass makes of others which wait as well. Such an image is let go and made again when a gradient asks for it.
 *
 * @see Chen et al., "Training deep nets with sublinear memory cost", arXiv:1604.06174 (2016), §3: there for whole stretches of a network
 */

import type { OnnxModel, OnnxNode } from "../../onnx/model.ts";
import { type ArrayExtent, arrayTypes, bytesOf } from "../diagnostics/array-types.ts";
import { memoryWalk } from "../diagnostics/memory.ts";
import { runOrder } from "./run-order.ts";
import { isView } from "./views.ts";

/** Operators that take one pass over memory. */
const ONE_PASS = new Set([
  ...["Add", "Sub", "Mul", "Neg", "Clip", "Relu", "LeakyRelu", "Sigmoid", "QuickGelu"],
  ...["Pad", "Gather", "Concat", "Upsample", "ReorderInput", "ReorderOutput"],
]);

/** Arrays below this many bytes are not worth a node. */
const SMALL = 2 ** 16;

/** Part of an image's bytes that must be won by letting it go. */
const LEAST_GAIN = 0.5;

/**
 * The same model, in which images that are read both before and after the peak of memory are made twice where that is one pass over others that are
 * there anyway. Nothing else changes; the runtime must not join equal nodes.
 */
export function recompute(model: OnnxModel): OnnxModel {
  const types = arrayTypes(model);
  const nodes = runOrder(model);
  const { peakAt } = memoryWalk({ ...model, nodes }, types);
  const plan = lettingGo(nodes, peakAt, types);
  const made = new Map<string, string>();
  const late: OnnxNode[] = [];

  /** Name under which a value is read after the peak; makes it again where it was let go. */
  const again = (name: string): string => {
    const maker = plan.again(name);
    if (!maker) return name;
    let found = made.get(name);
    if (found === undefined) {
      found = `${name}/again`;
      made.set(name, found);
      const inputs = maker.inputs.map(again);
      late.push({ ...maker, name: `${maker.name}/again`, inputs, outputs: [found] });
    }
    return found;
  };
  for (const node of nodes.slice(peakAt + 1)) {
    const inputs = node.inputs.map(again);
    late.push({ ...node, inputs });
  }
  return { ...model, nodes: [...nodes.slice(0, peakAt + 1), ...late] };
}

/** Which values are made again for those who read them after the peak. */
function lettingGo(nodes: readonly OnnxNode[], peakAt: number, types: ReadonlyMap<string, ArrayExtent>) {
  const makers = new Map<string, OnnxNode>();
  const base = new Map<string, string>(); // value whose memory a value shares
  const isReadLate = new Set<string>();
  for (const [at, node] of nodes.entries()) {
    for (const name of node.outputs) makers.set(name, node);
    if (isView(node)) base.set(node.outputs[0]!, baseOf(node.inputs[0]!));
    else if (at > peakAt) for (const name of node.inputs) isReadLate.add(baseOf(name));
  }
  const early = new Set(nodes.slice(0, peakAt + 1));
  const released = new Set<string>();
  for (const node of early) {
    const [name, ...others] = node.outputs;
    if (!name || others.length > 0 || isView(node) || !isReadLate.has(name) || !takesOnePass(node)) continue;
    const bytes = bytesOf(types.get(name)!);
    if (bytes < SMALL) continue;
    if (!node.inputs.some((input) => makers.has(baseOf(input)))) continue; // of filters: they are to be written over early
    const kept = node.inputs.reduce((sum, input) => sum + extraBytes(input), 0);
    if (kept <= (1 - LEAST_GAIN) * bytes) released.add(name);
  }
  return {
    /** The node that makes a value again; nothing where it is still there. */
    again(name: string): OnnxNode | undefined {
      const maker = makers.get(name);
      return maker && early.has(maker) && released.has(baseOf(name)) ? maker : undefined;
    },
  };

  function baseOf(name: string): string {
    return base.get(name) ?? name;
  }

  /** Bytes that must be kept so that a value is there after the peak, if nobody else keeps them. */
  function extraBytes(name: string): number {
    const of = baseOf(name);
    if (!makers.has(of) || isReadLate.has(of)) return 0; // a let-go value that is read late is made again anyway
    return bytesOf(types.get(of)!);
  }
}

/** Also a blocked convolution of each channel by itself with one tap, and whatever it adds and bends. */
function takesOnePass({ opType, attributes }: OnnxNode): boolean {
  const [kernel, groups] = [attributes.kernel_shape, attributes.group];
  if (opType !== "Conv") return ONE_PASS.has(opType);
  const isPerChannel = groups?.type === "int" && groups.value > 1;
  return isPerChannel && kernel?.type === "ints" && kernel.value.every((extent) => extent === 1);
}
