import type { Shape } from "../../../core/shape.ts";
import type { Value } from "../../graph.ts";
import { type ConvGeometry, conv2d } from "../../ops/convolution.ts";
import { flip } from "../../ops/flip.ts";
import { reshape } from "../../ops/reshape.ts";
import { slice, zeroPad } from "../../ops/slice.ts";
import { transpose } from "../../ops/transpose.ts";
import type { LoweringRule } from "../emitter.ts";
import { lowerConvTranspose2d } from "../portable-convolution.ts";
import { spread } from "./spread.ts";

/**
 * As `portable` writes it; but with several groups, for which the provider's `ConvTranspose` gives wrong numbers (onnxruntime 1.30), as
 * the convolution that it is: with mirrored filters over an image whose pixels were moved apart.
 */
export const convTranspose2d: LoweringRule<ConvGeometry & { size: Shape }> = (node, emit) => {
  const { inputs, attributes } = node;
  if (attributes.groups === 1) return lowerConvTranspose2d(node, emit);
  return emit.name(expandConvTranspose(inputs[0]!, inputs[1]!, attributes));
};

/** z `[N, K, Ho, Wo]` and w `[K, C/groups, kh, kw]` give `[N, C, …size]`. */
function expandConvTranspose(
  z: Value,
  w: Value,
  { strides, pads, dilations, groups, size }: ConvGeometry & { size: Shape },
): Value {
  const [k, perGroup, ...kernel] = w.shape as [number, number, number, number];
  const grouped = transpose(reshape(w, [groups, k / groups, perGroup, ...kernel]), [0, 2, 1, 3, 4]);
  const filters = flip(reshape(grouped, [groups * perGroup, k / groups, ...kernel]), [2, 3]); // [C, K/groups, kh, kw]
  const apart = spread(z, strides); // [N, K, Ho·sh, Wo·sw]
  const reach = kernel.map((extent, i) => dilations[i]! * (extent - 1));
  const before = reach.map((width, i) => width - pads[i]!);
  const after = size.map((extent, i) => extent - apart.shape[i + 2]! - before[i]! + reach[i]!);
  return conv2d(bordered(apart, before, after), filters, { dilation: dilations, groups });
}

/** The last two axes with borders of zeros, or without as many pixels where a width is negative. */
function bordered(x: Value, before: Shape, after: Shape): Value {
  const axes = [2, 3];
  const starts = before.map((width) => Math.max(0, -width));
  const ends = after.map((width, i) => x.shape[i + 2]! - Math.max(0, -width));
  const widths = (given: Shape) => [0, 0, ...given.map((width) => Math.max(0, width))];
  return zeroPad(slice(x, { starts, ends, axes }), { before: widths(before), after: widths(after) });
}
