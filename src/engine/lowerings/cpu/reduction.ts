/** Sums and means over the pixels of blocked images; what is left to do with one number per channel is done plainly. */

import { sameShape, sizeOf } from "../../../core/shape.ts";
import type { Value } from "../../graph.ts";
import { channelDots, channelMeans, type Extent } from "./affine.ts";
import type { Blocked, BlockedPen } from "./pen.ts";
import type { BlockedRule } from "./rule.ts";

/** Rule of a sum or mean over at least all pixels of each channel, of an image or of its channels in groups `[N, groups, pixels]`. */
export function reduction(opType: "ReduceSum" | "ReduceMean"): BlockedRule<{ axes: readonly number[] }> {
  return ({ inputs: [x], attributes: { axes }, y }, pen) => {
    const { shape } = x!;
    const pixelAxes = shape.map((_, axis) => axis).slice(2);
    const layout = productOf(pen, x!, y)?.[0] ?? pen.layout(x!);
    if (!layout || shape.length < 3 || !pixelAxes.every((axis) => axes.includes(axis))) return undefined;
    const [n, c, h, w] = layout.shape;
    const groups = shape[1]!;
    const isImage = sameShape(shape, layout.shape);
    if (!isImage && !(shape.length === 3 && shape[0] === n && c % groups === 0)) return undefined;

    // Each channel comes as its mean or its sum, whichever is cheaper, and is brought to what was asked for
    const product = productOf(pen, x!, y);
    const isPlain = !(product ?? [layout]).some(({ shifted }) => shifted);
    const [extent, images]: [Extent, number] = isImage && isPlain && axes.includes(0) ? ["batch", 1] : ["image", n];
    const name = product ? channelDots(pen, ...product, extent) : channelMeans(pen, layout, extent);
    const pixels = (n / images) * h * w;
    const factor = opType === "ReduceMean" ? 1 / pixels : pixels;
    const isThere = (opType === "ReduceSum") === (product !== undefined);
    const total = isThere ? name : pen.node("Mul", [name, pen.floats([factor], [1, 1, 1, 1])]); // [images, C, 1, 1]
    const all = isImage ? [images, c, 1, 1] : [n, groups, c / groups];
    const left = all.flatMap((extent, axis) => (axes.includes(axis) && extent > 1 ? [axis] : []));
    const split = pen.view(total, [images, c, 1, 1], all);
    if (left.length === 0) return pen.view(split, all, y.shape);
    const from = all.map((extent, axis) => (left.includes(axis) ? 1 : extent));
    return pen.view(pen.node(opType, [split, pen.ints(left)], { keepdims: 1 }), from, y.shape);
  };
}

/** The two factors, where x is a product that only y reads: it then need not be written out. */
function productOf(pen: BlockedPen, x: Value, y: Value): [Blocked, Blocked] | undefined {
  const { source } = x;
  if (source.kind !== "operator" || !["mul", "square"].includes(source.op.name)) return undefined;
  const users = pen.users(x);
  const factors = [source.inputs[0]!, source.inputs.at(-1)!];
  if (
    (users && !(users.length === 1 && users[0] === y)) ||
    !factors.every((factor) => sameShape(factor.shape, x.shape))
  )
    return undefined;
  const [a, b] = factors.map((factor) => pen.layout(factor));
  if (!a && !b) return undefined;
  const shape = (a ?? b)!.shape;
  return sizeOf(shape) === sizeOf(x.shape)
    ? [pen.blocked(factors[0]!, shape), pen.blocked(factors[1]!, shape)]
    : undefined;
}
