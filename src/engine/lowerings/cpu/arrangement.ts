/** Operators that only move pixels: cutting, padding, mirroring, joining, repeating and averaging blocks of blocked images. */

import { mirrored } from "../../../core/mirrored.ts";
import type { Value } from "../../graph.ts";
import type { Blocked, BlockedPen, ImageShape } from "./pen.ts";
import { type BlockedRule, imageLayout } from "./rule.ts";
import { channelsOfRows } from "./transpose.ts";

/** The same value under another shape: nothing is done, as long as nobody asks for it plainly. */
export const reshape: BlockedRule<{ shape: readonly number[] }> = ({ inputs: [x] }, pen) => {
  const layout = pen.layout(x!);
  return layout && { name: layout.name, shape: layout.shape, ...(layout.shifted && { shifted: layout.shifted }) };
};

/** The value itself. */
export const detach: BlockedRule = ({ inputs: [x] }, pen) => {
  const layout = pen.layout(x!);
  return layout && { name: layout.name, shape: layout.shape };
};

/** Images joined along channels. */
export const concat: BlockedRule<{ axis: number }> = ({ inputs, attributes: { axis }, y }, pen) => {
  const blocks = inputs.every(({ shape }) => shape.length === 4 && shape[1]! % pen.block === 0);
  if (axis !== 1 && axis !== 2 && axis !== 3) return undefined;
  if (!blocks || !inputs.some((input) => imageLayout(pen, input))) return undefined;
  const physical = inputs.map((input) => {
    const { name, shape } = pen.blocked(input);
    return pen.view(name, shape, inMemory(pen, shape));
  });
  return fromMemory(pen, pen.node("Concat", physical, { axis }), y);
};

/** One part of a split along channels, of an image or of rows of pixels. */
export const splitPart: BlockedRule<{ axis: number; lengths: readonly number[]; part: number }> = (
  { inputs: [x], attributes: { axis, lengths, part }, y },
  pen,
) => {
  if (axis === 2 && x!.shape.length === 3) {
    const from = lengths.slice(0, part).reduce((sum, length) => sum + length, 0);
    return channelsOfRows(pen, x!, [from, from + lengths[part]!]);
  }
  const layout = imageLayout(pen, x!);
  if (!layout || axis !== 1 || lengths.some((length) => length % pen.block !== 0)) return undefined;
  const parts = pen.nodes("Split", [layout.name, pen.ints(lengths)], { axis }, lengths.length);
  return { name: parts[part]!, shape: y.shape as ImageShape };
};

/** A block of an image. */
export const slice: BlockedRule<{ starts: readonly number[]; ends: readonly number[] }> = (
  { inputs: [x], attributes: { starts, ends }, y },
  pen,
) => {
  const layout = imageLayout(pen, x!);
  if (!layout || starts[1]! % pen.block !== 0 || ends[1]! % pen.block !== 0) return undefined;
  const memory = inMemory(pen, layout.shape);
  const [from, to] = [inMemory(pen, starts as ImageShape), inMemory(pen, ends as ImageShape)];
  const cut = memory.flatMap((extent, axis) => (from[axis] !== 0 || to[axis] !== extent ? [axis] : []));
  const of = (numbers: readonly number[]) => pen.ints(cut.map((axis) => numbers[axis]!));
  const inputs = [pen.view(layout.name, layout.shape, memory), of(from), of(to), pen.ints(cut)];
  return fromMemory(pen, pen.node("Slice", inputs), y);
};

/** Zeros around an image. */
export const zeroPad: BlockedRule<{ before: readonly number[]; after: readonly number[] }> = (
  { inputs: [x], attributes: { before, after }, y },
  pen,
) => {
  const layout = imageLayout(pen, x!);
  if (!layout || before[1]! % pen.block !== 0 || after[1]! % pen.block !== 0) return undefined;
  const widths = [...inMemory(pen, before as ImageShape), ...inMemory(pen, after as ImageShape)];
  const memory = pen.view(layout.name, layout.shape, inMemory(pen, layout.shape));
  return fromMemory(pen, pen.node("Pad", [memory, pen.ints(widths)]), y);
};

/** Mirrored borders: a pixel keeps all its channels, and is fetched by number, which threads share; `Pad` uses one only. */
export const reflectPad: BlockedRule<{ before: readonly number[]; after: readonly number[] }> = (
  { inputs: [x], attributes: { before, after }, y },
  pen,
) => {
  const layout = imageLayout(pen, x!);
  if (!layout || [before, after].some(([n, c]) => n !== 0 || c !== 0)) return undefined;
  const [planes, height, width, block] = pixelRows(pen, layout.shape);
  const [rows, columns] = [height, width].map((extent, i) =>
    Array.from({ length: before[i + 2]! + extent + after[i + 2]! }, (_, at) => mirrored(at - before[i + 2]!, extent)),
  ) as [number[], number[]];
  const places = Int32Array.from(rows.flatMap((row) => columns.map((column) => row * width + column)));
  const pixels = pen.view(layout.name, layout.shape, [planes, height * width, block]);
  const shape = y.shape as ImageShape;
  const padded = pen.node("Gather", [pixels, pen.table(places, [places.length])], { axis: 1 });
  return { name: pen.view(padded, [planes, places.length, block], shape), shape };
};

/** Rows or columns backwards. */
export const flip: BlockedRule<{ axes: readonly number[] }> = ({ inputs: [x], attributes: { axes }, y }, pen) => {
  const layout = imageLayout(pen, x!);
  if (!layout || !axes.every((axis) => axis >= 2)) return undefined;
  const all = (number: number) => pen.ints(axes.map(() => number));
  const pixelAxes = pen.ints(axes.map((axis) => axis - 1));
  const inputs = [rowsOfPixels(pen, layout), all(-1), all(-(2 ** 31)), pixelAxes, all(-1)];
  return fromRowsOfPixels(pen, pen.node("Slice", inputs), y);
};

/** Every pixel repeated. */
export const upsampleNearest2d: BlockedRule<{ factor: number }> = ({ inputs: [x], attributes: { factor }, y }, pen) => {
  const layout = imageLayout(pen, x!);
  if (!layout) return undefined;
  const name = pen.nchwc("Upsample", [layout.name], { scales: [1, 1, factor, factor], mode: "nearest" });
  return { name, shape: y.shape as ImageShape };
};

/** Means of blocks: fifteen times faster than the plain kernel. */
export const averagePool2d: BlockedRule<{ factor: number }> = ({ inputs: [x], attributes: { factor }, y }, pen) => {
  const layout = imageLayout(pen, x!);
  if (!layout) return undefined;
  const window = { kernel_shape: [factor, factor], strides: [factor, factor] };
  return { name: pen.nchwc("AveragePool", [layout.name], window), shape: y.shape as ImageShape };
};

/** A shape, a place or widths of an image as they are in memory: whole blocks, and channels of a block at the end of a row. */
function inMemory({ block }: BlockedPen, [n, c, h, w]: ImageShape): ImageShape {
  return [n, c / block, h, w * block];
}

function fromMemory(pen: BlockedPen, name: string, y: Value): Blocked {
  const shape = y.shape as ImageShape;
  return { name: pen.view(name, inMemory(pen, shape), shape), shape };
}

/** Images as `[N·C/b, H, W, b]`. */
function rowsOfPixels(pen: BlockedPen, { name, shape }: Blocked): string {
  return pen.view(name, shape, pixelRows(pen, shape));
}

function fromRowsOfPixels(pen: BlockedPen, name: string, y: Value): Blocked {
  const shape = y.shape as ImageShape;
  return { name: pen.view(name, pixelRows(pen, shape), shape), shape };
}

function pixelRows({ block }: BlockedPen, [n, c, h, w]: ImageShape): ImageShape {
  return [(n * c) / block, h, w, block];
}
