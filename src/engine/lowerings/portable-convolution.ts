/**
 * Convolution and its two gradients in standard ONNX, by whichever of the equal formulations is fastest on a CPU.
 *
 * The choices were measured with onnxruntime 1.30 for the networks here (docs/engine.md, "Which convolution when").
 */

import type { ConvGeometry } from "../ops/convolution.ts";
import type { Emitter, OperatorNode } from "./emitter.ts";
import { expandDepthwise, expandDepthwiseTransposed, isSmallDepthwise } from "./portable-depthwise.ts";
import { lowerConv2dWeightGradient } from "./portable-weight-gradient.ts";

export { lowerConv2dWeightGradient };

/**
 * `Conv`; but from many channels to few (an output layer) as `ConvTranspose` with mirrored weights, which gathers into few planes
 * instead of unrolling many: three to five times faster.
 */
export function lowerConv2d({ inputs, attributes, y }: OperatorNode<ConvGeometry>, emit: Emitter): string {
  const [x, w, bias] = inputs;
  const [k, c, ...kernel] = w!.shape as [number, number, number, number];
  const depthwise = { from: x!.shape, to: y.shape, kernel, geometry: attributes };
  if (isSmallDepthwise(depthwise) && !emit.isConstant(w!)) return emit.name(expandDepthwise(x!, w!, bias, depthwise));
  const pads = mirroredPads(kernel, attributes);
  if (pads && attributes.groups === 1 && c >= 3 * k && kernel[0] * kernel[1] > 1)
    return emit.node(
      "ConvTranspose",
      [emit.name(x!), mirrored(emit.name(w!), kernel, true, emit), ...(bias ? [emit.name(bias)] : [])],
      {
        kernel_shape: kernel,
        pads,
        dilations: attributes.dilations,
      },
    );
  return emit.node("Conv", inputs.map(emit.name), { kernel_shape: kernel, ...shared(attributes) });
}

/**
 * `ConvTranspose`; but with stride 1, and not to fewer channels, as `Conv` with mirrored weights, unless mirroring them costs more than
 * it saves (small images, many channels). Depthwise too: there it takes half the time.
 */
export function lowerConvTranspose2d(
  { inputs: [z, w], attributes, y }: OperatorNode<ConvGeometry & { size: readonly number[] }>,
  emit: Emitter,
): string {
  const { strides, pads, dilations, size, groups } = attributes;
  const [k, c, ...kernel] = w!.shape as [number, number, number, number];
  const small = { from: y.shape, to: z!.shape, kernel, geometry: attributes };
  if (isSmallDepthwise(small)) return emit.name(expandDepthwiseTransposed(z!, w!, small));
  const flipped = mirroredPads(kernel, attributes);
  const pixels = y.shape[0]! * size[0]! * size[1]!;
  const depthwise = c === 1 && k === groups;
  if (flipped && (depthwise || (groups === 1 && c >= k && k * kernel[0] * kernel[1] < 0.75 * pixels)))
    return emit.node("Conv", [emit.name(z!), mirrored(emit.name(w!), kernel, !depthwise, emit)], {
      kernel_shape: kernel,
      pads: flipped,
      dilations,
      group: groups,
    });
  const reach = kernel.map((extent, i) => dilations[i]! * (extent - 1));
  const outputPadding = size.map(
    (extent, i) => extent - ((z!.shape[i + 2]! - 1) * strides[i]! + reach[i]! + 1 - pads[i]! - pads[i + 2]!),
  );
  return emit.node("ConvTranspose", [emit.name(z!), emit.name(w!)], {
    kernel_shape: kernel,
    ...shared(attributes),
    output_padding: outputPadding,
  });
}

function shared({ strides, pads, dilations, groups }: ConvGeometry) {
  return { strides, pads, dilations, group: groups };
}

/** Padding of the mirrored convolution; none where stride or wide padding forbid it. */
function mirroredPads(kernel: readonly number[], { strides, pads, dilations }: ConvGeometry): number[] | undefined {
  const [top, left] = kernel.map((extent, i) => dilations[i]! * (extent - 1)) as [number, number];
  const widths = [top - pads[0]!, left - pads[1]!, top - pads[2]!, left - pads[3]!];
  return strides.every((stride) => stride === 1) && widths.every((width) => width >= 0) ? widths : undefined;
}

/** Weights `[K, C, kh, kw]` with taps reversed and, if asked, input and output channels swapped: `[C, K, kh, kw]`. */
function mirrored(w: string, kernel: readonly number[], swap: boolean, emit: Emitter): string {
  const swapped = swap ? emit.node("Transpose", [w], { perm: [1, 0, 2, 3] }) : w;
  if (kernel.every((extent) => extent === 1)) return swapped;
  const before = emit.ints([-(2 ** 31), -(2 ** 31)]);
  return emit.node("Slice", [swapped, emit.ints([-1, -1]), before, emit.ints([2, 3]), emit.ints([-1, -1])]);
}
