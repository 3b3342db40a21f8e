/**
 * Convolutions with wide filters to fewer channels than a block has, such as the last one of a generator: first along rows of taps, with a channel for every output and
 * column of taps, then along columns, where each of these is added to its output.
 *
 * Filled up to whole blocks these are twice the multiplications, by a kernel that is four times as fast (docs/engine.md).
 */

import { sizeOf } from "../../../core/shape.ts";
import type { ConvGeometry } from "../../ops/convolution.ts";
import { blockedFilters, type FilterShape } from "./filters.ts";
import { type BlockedPen, canBeBlocked, type ImageShape } from "./pen.ts";
import { type BlockedRule, imageLayout } from "./rule.ts";

/** Multiplications for each one wanted above which the plain way is as fast. */
const MOST_WASTE = 2.5;

/** Columns of taps from which on it was measured. */
const WIDE = 5;

/** `conv2d` to a plain image. */
export const fewOutputs: BlockedRule<ConvGeometry> = ({ inputs: [x, w, bias], attributes, y }, pen) => {
  const { strides, pads, dilations, groups } = attributes;
  const { block } = pen;
  const shape = w!.shape as FilterShape;
  const [k, c, tall, wide] = shape;
  const between = Math.ceil((k * wide) / block) * block; // channels between the two convolutions
  const waste = (tall * c * between + wide * between * block) / sizeOf(shape);
  const isBlocked = canBeBlocked(x!, block) && imageLayout(pen, x!) !== undefined;
  if (groups !== 1 || k >= block || wide < WIDE || waste > MOST_WASTE || !isBlocked) return undefined;
  const columns = pen.nchwc("Conv", [pen.blocked(x!).name, filterOfColumns(pen, pen.name(w!), shape, between)], {
    kernel_shape: [tall, 1],
    strides: [strides[0]!, 1],
    pads: [pads[0]!, 0, pads[2]!, 0],
    dilations: [dilations[0]!, 1],
  });
  const zeros = (count: number) => pen.table(new Float32Array(count), [count]);
  const added = bias ? [pen.node("Concat", [pen.name(bias), zeros(block - k)], { axis: 0 })] : [];
  const outputs = pen.nchwc("Conv", [columns, sumOfColumns(pen, [k, wide], between), ...added], {
    kernel_shape: [1, wide],
    strides: [1, strides[1]!],
    pads: [0, pads[1]!, 0, pads[3]!],
    dilations: [1, dilations[1]!],
  });
  return pen.view(pen.nchwc("ReorderOutput", [outputs], { channels: k }), y.shape as ImageShape, y.shape);
};

/** Filters `[K·kw, C, kh, 1]`, blocked, with zeros up to whole blocks. */
function filterOfColumns(pen: BlockedPen, w: string, [k, c, tall, wide]: FilterShape, between: number): string {
  const turned = pen.node("Transpose", [w], { perm: [0, 3, 1, 2] });
  const columns = pen.view(turned, [k, wide, c, tall], [k * wide, c, tall, 1]);
  const missing = [between - k * wide, c, tall, 1] as const;
  const filled = missing[0]
    ? pen.node("Concat", [columns, pen.table(new Float32Array(sizeOf(missing)), missing)], { axis: 0 })
    : columns;
  return blockedFilters(pen, filled, [between, c, tall, 1]);
}

/** Filters `[b, between, 1, kw]`, blocked: 1 where a channel stands for an output and for this column. */
function sumOfColumns(pen: BlockedPen, [k, wide]: readonly [number, number], between: number): string {
  const { block } = pen;
  const ones = new Float32Array(between * wide * block); // [between/b, kw, b of channels, b of outputs] in memory
  for (let output = 0; output < k; output++)
    for (let column = 0; column < wide; column++) {
      const channel = output * wide + column;
      const row = (Math.floor(channel / block) * wide + column) * block + (channel % block);
      ones[row * block + output] = 1;
    }
  return pen.table(ones, [block, between, 1, wide]);
}
