import type { LoweringRule } from "../emitter.ts";
import { portableRules } from "../portable.ts";

/** Buffers that a program of WebGPU may have on every adapter: the standard's smallest `maxStorageBuffersPerShaderStage`. */
const BUFFERS = 8;

/**
 * As `portable` writes it; but with more parts than a program has buffers beside the input, part by part: the provider's `Split` fails then
 * (onnxruntime 1.30), as where an optimizer unpacks its small parameters. `Concat` goes in several passes by itself.
 */
export const splitPart: LoweringRule<{ axis: number; lengths: readonly number[]; part: number }> = (node, emit) => {
  const { axis, lengths, part } = node.attributes;
  if (lengths.length < BUFFERS) return portableRules.splitPart(node, emit);
  const start = lengths.slice(0, part).reduce((total, length) => total + length, 0);
  const [from, to] = [emit.ints([start]), emit.ints([start + lengths[part]!])];
  return emit.node("Slice", [emit.name(node.inputs[0]!), from, to, emit.ints([axis])]);
};
