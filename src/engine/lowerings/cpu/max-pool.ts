/**
 * Maxima of blocks of pixels. Where they stand is not asked of the runtime, whose kernel takes 25 times as long with places, but found by
 * arithmetic: a depthwise convolution compares each pixel of a window with the maximum.
 */

import { isTiling, type PoolWindow } from "../../ops/max-pool-2d.ts";
import type { Blocked, BlockedPen, ImageShape } from "./pen.ts";
import { interleaved } from "./phases.ts";
import { type BlockedRule, imageLayout } from "./rule.ts";

/** `maxPool2d` over any undilated window. */
export const maxPool2d: BlockedRule<PoolWindow> = ({ inputs: [x], attributes, y }, pen) => {
  const layout = imageLayout(pen, x!);
  if (!layout || attributes.dilations.some((step) => step !== 1)) return undefined;
  return { name: maxima(pen, layout, attributes), shape: y.shape as ImageShape };
};

/**
 * `putAtMaxima2d` for windows that tile the image. With gᵢ = 0 where pixel i of a window is the maximum and 1 elsewhere, `z·g₁·…·gᵢ` is what
 * is left of z after i pixels; what a pixel takes away is its share. So the first of equal maxima gets everything, and all of it exactly.
 */
export const putAtMaxima2d: BlockedRule<PoolWindow> = ({ inputs: [z, x], attributes, y }, pen) => {
  const layout = imageLayout(pen, x!);
  if (!layout || !isTiling(attributes, x!.shape)) return undefined;
  const [kh, kw] = attributes.kernel as [number, number];
  const { name: whole, shape } = pen.blocked(z!);
  const most = pen.node("Mul", [maxima(pen, layout, attributes), pen.floats([STEEP])]);
  let left = whole;
  const shares: Blocked[] = [];
  for (let i = 0; i < kh * kw - 1; i++) {
    const after = pen.node("Mul", [left, belowMaximum(pen, layout, most, i, attributes)]);
    shares.push({ name: pen.node("Sub", [left, after]), shape });
    left = after;
  }
  shares.push({ name: left, shape });
  const lines = Array.from({ length: kh }, (_, i) => shares.slice(i * kw, (i + 1) * kw));
  return interleaved(pen, lines, y.shape as ImageShape);
};

/** Makes a difference of neighbouring numbers 1 or more: down to differences of 1e-24, for numbers up to 1e14. */
const STEEP = 2 ** 80;

/** 0 where pixel i of a window is the maximum, else 1: `clip(STEEP · (maximum − pixel), 0, 1)`, in one pass. */
function belowMaximum(pen: BlockedPen, x: Blocked, most: string, i: number, { kernel, strides }: PoolWindow): string {
  const channels = x.shape[1];
  const taps = kernel[0]! * kernel[1]!;
  const filter = new Float32Array(channels * taps); // [C/b, taps, b]
  for (let k = 0; k < channels; k++)
    filter[(Math.floor(k / pen.block) * taps + i) * pen.block + (k % pen.block)] = -STEEP;
  return pen.nchwc("Conv", [x.name, pen.table(filter, [channels, 1, ...kernel]), "", most], {
    kernel_shape: kernel,
    strides,
    group: channels,
    activation: "Clip",
    activation_params: { floats: [0, 1] },
  });
}

function maxima(pen: BlockedPen, { name }: Blocked, { kernel, strides, pads }: PoolWindow): string {
  return pen.nchwc("MaxPool", [name], { kernel_shape: kernel, strides, pads });
}
