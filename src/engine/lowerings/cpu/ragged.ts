/**
 * Channels that are not whole blocks, such as the 24 and 40 of EfficientNet, beside channels that are: zeros fill them up, so that the convolution between the
 * two is blocked, and with it all that is done to the whole blocks.
 */

import { sizeOf } from "../../../core/shape.ts";
import type { Value } from "../../graph.ts";
import type { FilterShape } from "./filters.ts";
import { type Blocked, type BlockedPen, canBeBlocked, type ImageShape } from "./pen.ts";
import { imageLayout } from "./rule.ts";

/** Channels filled up, in parts of those there are, up to which it pays. */
const MOST_WASTE = 1.5;

/**
 * Channels of two images between which a convolution leads, filled up to whole blocks; nothing unless exactly one of the images has whole blocks, and
 * lies in them where it is the one that is read.
 */
export function filledChannels(
  pen: BlockedPen,
  from: Value,
  to: Value,
): readonly [from: number, to: number] | undefined {
  const isWhole = [from, to].map((image) => canBeBlocked(image, pen.block));
  if (isWhole[0] === isWhole[1] || (isWhole[0] && !imageLayout(pen, from))) return undefined;
  const [there, filled] = [from, to].map(({ shape }) => shape[1]!);
  const whole = [there!, filled!].map((channels) => Math.ceil(channels / pen.block) * pen.block) as [number, number];
  return whole[0] <= MOST_WASTE * there! && whole[1] <= MOST_WASTE * filled! ? whole : undefined;
}

/** An image's shape with another number of channels. */
export function withChannels({ shape: [n, , height, width] }: Value, channels: number): ImageShape {
  return [n!, channels, height!, width!];
}

/** An image in blocks, with zeros behind its own channels. */
export function filledImage(pen: BlockedPen, image: Value, channels: number): string {
  if (canBeBlocked(image, pen.block)) return pen.blocked(image).name;
  return pen.nchwc("ReorderInput", [filled(pen, pen.name(image), image.shape, withChannels(image, channels))]);
}

/** Filters `[K, C, kh, kw]` with zeros for channels that were filled up. */
export function filledFilters(pen: BlockedPen, filters: string, from: FilterShape, to: FilterShape): string {
  const between = [from[0], ...to.slice(1)];
  return filled(pen, filled(pen, filters, from, between), between, to);
}

/** One number per channel, with zeros for channels that were filled up. */
export function filledBias(pen: BlockedPen, bias: string, from: number, to: number): string {
  return filled(pen, bias, [from], [to]);
}

/** The result of a convolution without the channels that were filled up: it lies in blocks if there are none, else plainly. */
export function unfilled(pen: BlockedPen, made: Blocked, y: Value): Blocked | string {
  const channels = y.shape[1]!;
  return made.shape[1] === channels ? made : pen.nchwc("ReorderOutput", [made.name], { channels });
}

/** Zeros behind an array along the one axis that is to be longer. */
function filled(pen: BlockedPen, name: string, from: readonly number[], to: readonly number[]): string {
  const axis = from.findIndex((extent, i) => extent !== to[i]);
  if (axis < 0) return name;
  const missing = to.with(axis, to[axis]! - from[axis]!);
  return pen.node("Concat", [name, pen.table(new Float32Array(sizeOf(missing)), missing)], { axis });
}
