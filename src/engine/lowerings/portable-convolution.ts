/** Convolution and its two gradients in standard ONNX. */

import type { ConvGeometry } from "../ops/convolution.ts";
import type { Emitter, OperatorNode } from "./emitter.ts";

/** `Conv`. */
export function lowerConv2d({ inputs, attributes }: OperatorNode<ConvGeometry>, emit: Emitter): string {
  const { strides, pads, dilations, groups } = attributes;
  const kernel = inputs[1]!.shape.slice(2);
  return emit.node("Conv", inputs.map(emit.name), { kernel_shape: kernel, strides, pads, dilations, group: groups });
}

/** `Conv` with mirrored, transposed weights where the stride is 1, else `ConvTranspose`. */
export function lowerConvTranspose2d(
  { inputs: [z, w], attributes }: OperatorNode<ConvGeometry & { size: readonly number[] }>,
  emit: Emitter,
): string {
  const { strides, pads, dilations, groups, size } = attributes;
  const kernel = w!.shape.slice(2);
  const reach = kernel.map((extent, i) => dilations[i]! * (extent - 1));
  const mirrored = [reach[0]! - pads[0]!, reach[1]! - pads[1]!, reach[0]! - pads[2]!, reach[1]! - pads[3]!];
  if (strides.every((step) => step === 1) && groups === 1 && mirrored.every((width) => width >= 0)) {
    const swapped = emit.node("Transpose", [emit.name(w!)], { perm: [1, 0, 2, 3] });
    const flipped =
      kernel[0] === 1 && kernel[1] === 1
        ? swapped
        : emit.node("Slice", [
            swapped,
            emit.ints([-1, -1]),
            emit.ints([-1000, -1000]),
            emit.ints([2, 3]),
            emit.ints([-1, -1]),
          ]);
    return emit.node("Conv", [emit.name(z!), flipped], { kernel_shape: kernel, pads: mirrored, dilations });
  }
  const outputPadding = size.map(
    (extent, i) => extent - ((z!.shape[i + 2]! - 1) * strides[i]! + reach[i]! + 1 - pads[i]! - pads[i + 2]!),
  );
  return emit.node("ConvTranspose", [emit.name(z!), emit.name(w!)], {
    kernel_shape: kernel,
    strides,
    pads,
    dilations,
    group: groups,
    output_padding: outputPadding,
  });
}

/** Weight gradient. */
export function lowerConv2dWeightGradient(
  { inputs: [x, dy], attributes, y }: OperatorNode<ConvGeometry & { kernel: readonly number[] }>,
  emit: Emitter,
): string {
  const { strides, pads, dilations, groups, kernel } = attributes;
  const [k, c] = [y.shape[0]!, y.shape[1]!];
  // A convolution over the batch: images become channels, channels become images, and stride and dilation change places.
  const parts = Array.from({ length: groups }, (_, g) => {
    const channelsOf = (name: string, size: number) =>
      groups === 1
        ? name
        : emit.nodes("Split", [name, emit.ints(Array.from({ length: groups }, () => size))], { axis: 1 }, groups)[g]!;
    const images = emit.node("Transpose", [channelsOf(emit.name(x!), c)], { perm: [1, 0, 2, 3] });
    const filters = emit.node("Transpose", [channelsOf(emit.name(dy!), k / groups)], { perm: [1, 0, 2, 3] });
    const all = emit.node("Conv", [images, filters], {
      kernel_shape: dy!.shape.slice(2),
      strides: dilations,
      dilations: strides,
      pads,
    }); // [C, K, ≥kh, ≥kw]
    const cut = emit.node("Slice", [all, emit.ints([0, 0]), emit.ints(kernel), emit.ints([2, 3])]);
    return emit.node("Transpose", [cut], { perm: [1, 0, 2, 3] });
  });
  return groups === 1 ? parts[0]! : emit.node("Concat", parts, { axis: 0 });
}
