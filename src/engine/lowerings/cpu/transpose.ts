/**
 * Images as rows of pixels, and back: what attention asks for. The reordering that ends or begins a blocked image can put all channels of a pixel beside each
 * other on the way, so that no `Transpose` is needed, nor a product with a transposed factor, which takes a fifth longer.
 */

import type { Value } from "../../graph.ts";
import type { BlockedPen, ImageShape } from "./pen.ts";
import type { BlockedRule } from "./rule.ts";

/** Channels and pixels, `[M, C, T]`, in the other order, where one side is a blocked image. */
export const transpose: BlockedRule<{ permutation: readonly number[] }> = (
  { inputs: [x], attributes: { permutation }, y },
  pen,
) => {
  if (permutation.join() !== "0,2,1") return undefined;
  const layout = pen.layout(x!);
  if (layout) {
    const [m, c, t] = x!.shape as [number, number, number];
    if (!isSameMemory(pen, layout.shape, [m, c, t])) return undefined;
    const image = pen.view(layout.name, layout.shape, [m, c, t, 1]);
    const rows = pen.nchwc("ReorderOutput", [image], { channels: c, channels_last: 1 });
    return pen.view(rows, [m, t, 1, c], y.shape);
  }
  const shape = imageOf(pen, y);
  if (!shape) return undefined;
  const [m, c, t] = y.shape as [number, number, number];
  const rows = pen.view(pen.name(x!), x!.shape, [m, t, 1, c]);
  const image = pen.nchwc("ReorderInput", [rows], { channels_last: 1 });
  return { name: pen.view(image, [m, c, t, 1], shape), shape };
};

/**
 * Some channels of the rows of pixels `[M, T, C]` that {@link transpose} makes of a blocked image: fetched from the image by number, without those of the
 * others. Nothing where they are not whole blocks, or the rows come from elsewhere.
 */
export function channelsOfRows(
  pen: BlockedPen,
  rows: Value,
  [from, to]: readonly [number, number],
): string | undefined {
  const { source } = rows;
  if (source.kind !== "operator" || source.op.name !== "transpose" || from % pen.block || to % pen.block)
    return undefined;
  const x = source.inputs[0]!;
  const layout = pen.layout(x);
  const [m, c, t] = x.shape as [number, number, number];
  const isTurned = (source.attributes as { permutation: readonly number[] }).permutation.join() === "0,2,1";
  if (!layout || !isTurned || !isSameMemory(pen, layout.shape, [m, c, t])) return undefined;
  const [first, blocks] = [from / pen.block, (to - from) / pen.block];
  const order = Int32Array.from({ length: t * blocks }, (_, i) => (first + (i % blocks)) * t + Math.floor(i / blocks));
  const pixels = pen.view(layout.name, layout.shape, [m, (c / pen.block) * t, pen.block]);
  const fetched = pen.node("Gather", [pixels, pen.table(order, [order.length])], { axis: 1 });
  return pen.view(fetched, [m, order.length, pen.block], [m, t, to - from]);
}

/** The image that all users of `[M, C, T]` see in it, if they see one that lies the same in blocks. */
function imageOf(pen: BlockedPen, value: Value): ImageShape | undefined {
  const users = pen.users(value) ?? [];
  const shapes = users.map(({ shape, source }) =>
    source.kind === "operator" && source.op.name === "reshape" && shape.length === 4
      ? (shape as ImageShape)
      : undefined,
  );
  const shape = shapes[0];
  const isCommon = shape && shapes.every((other) => other?.join() === shape.join());
  return isCommon && isSameMemory(pen, shape, value.shape as [number, number, number]) ? shape : undefined;
}

/** Whether `[N, C, H, W]` and `[M, C', T]` are the same numbers in the same places when both are blocked. */
function isSameMemory(
  { block }: BlockedPen,
  [n, c, h, w]: ImageShape,
  [m, channels, t]: readonly [number, number, number],
): boolean {
  return c % block === 0 && channels % block === 0 && n * c === m * channels && h * w === t;
}
