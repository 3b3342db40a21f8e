/**
 * Depthwise convolutions as engines for work per channel: `activation(scale · x + shift + sum)` in one pass over the image, and scalar
 * products of channels at the speed of memory.
 */

import { sizeOf } from "../../../core/shape.ts";
import {
  type Activation,
  type Blocked,
  type BlockedPen,
  type Fusion,
  fusable,
  type ImageShape,
  type PerChannel,
} from "./pen.ts";

/** What {@link affine} does. */
export interface Affinity {
  readonly scale?: PerChannel;
  readonly shift?: PerChannel;
  readonly activation?: Activation;
}

/** `scale · x + shift` per channel; at least one of the two is given, and both have as many numbers. */
export function affine(pen: BlockedPen, x: Blocked, { scale, shift, activation }: Affinity): Blocked {
  const [n, c, h, w] = x.shape;
  const { images } = (scale ?? shift)!;
  if (x.shifted?.shift.images === images) {
    const { from, shift: earlier } = x.shifted;
    const moved = scale ? pen.node("Mul", [earlier.name, scale.name]) : earlier.name;
    const name = shift ? pen.node("Add", [moved, shift.name]) : moved;
    return affine(pen, from, { ...(scale && { scale }), shift: { name, images }, ...(activation && { activation }) });
  }
  const groups = images * c;
  const flat: ImageShape = images === 1 ? x.shape : [1, groups, h, w];
  const weight = scale
    ? pen.view(scale.name, [images, c, 1, 1], [groups, 1, 1, 1])
    : pen.table(new Float32Array(groups).fill(1), [groups, 1, 1, 1]);
  const image = pen.view(x.name, x.shape, flat);
  const write = (more: Fusion) => {
    const inputs = [image, weight];
    if (more.shift || more.sum) inputs.push(more.shift ?? ""); // of any shape: only its numbers are read
    if (more.sum) inputs.push(pen.view(more.sum, x.shape, flat));
    const y = pen.nchwc("Conv", inputs, { kernel_shape: [1, 1], group: groups, ...more.activation });
    return pen.view(y, flat, [n, c, h, w]);
  };
  return fusable(x.shape, write, { shift: shift?.name ?? "", ...(activation && { activation }) });
}

/** `x + shift` per channel, of which readers may take the parts. */
export function shifted(pen: BlockedPen, x: Blocked, shift: PerChannel): Blocked {
  return { ...affine(pen, x, { shift }), shifted: { from: x, shift } };
}

/** What is summed: each channel of each image, or each channel of all images. */
export type Extent = "image" | "batch";

/** `Σ x·y` over the pixels of each channel: a plain array `[N, C, 1, 1]`, or of a batch without `shifted` images `[1, C, 1, 1]`. */
export function channelDots(pen: BlockedPen, x: Blocked, y: Blocked, extent: Extent = "image"): string {
  if (y.shifted && x.name !== y.name && extent === "image") {
    const { from, shift } = y.shifted;
    const total = pen.node("Mul", [channelMeans(pen, x), pen.floats([x.shape[2] * x.shape[3]])]);
    return pen.node("Add", [channelDots(pen, x, from), pen.node("Mul", [shift.name, total])]);
  }
  return inStrips(pen, x.shape, ["ReduceSum", extent], ([groups, h, w]) => {
    const image = pen.view(x.name, x.shape, [1, groups, h, w]);
    const filter = pen.view(y.name, y.shape, [groups, 1, h, w]);
    return pen.nchwc("Conv", [image, filter], { kernel_shape: [h, w], group: groups });
  });
}

/** Mean over the pixels of each channel: a plain array `[N, C, 1, 1]`, or of a batch `[1, C, 1, 1]`. */
export function channelMeans(pen: BlockedPen, x: Blocked, extent: Extent = "image"): string {
  if (x.shifted && extent === "image")
    return pen.node("Add", [channelMeans(pen, x.shifted.from), x.shifted.shift.name]);
  return inStrips(pen, x.shape, ["ReduceMean", extent], ([groups, h, w]) =>
    pen.nchwc("GlobalAveragePool", [pen.view(x.name, x.shape, [1, groups, h, w])]),
  );
}

/** Longest sum that is taken number by number. */
const LONGEST_SUM = 1024;

/**
 * Sums of large images strip by strip, then over strips and images, because blocked kernels add one number after the other: rounding errors grow
 * with the length of a sum. Strips of a block of channels lie behind each other as further blocks would.
 */
function inStrips(
  pen: BlockedPen,
  [n, c, h, w]: ImageShape,
  [opType, extent]: readonly ["ReduceSum" | "ReduceMean", Extent],
  total: (strip: readonly [groups: number, h: number, w: number]) => string,
): string {
  let strips = 1;
  while ((h / strips) * w > LONGEST_SUM && h % (2 * strips) === 0) strips *= 2;
  const groups = n * c * strips;
  const perStrip = total([groups, h / strips, w]);
  const images = extent === "batch" ? 1 : n;
  if (n * strips === images) return pen.view(perStrip, [1, groups, 1, 1], [n, c, 1, 1]);
  const rows = pen.view(perStrip, [1, groups, 1, 1], [n / images, (images * c) / pen.block, strips, pen.block]);
  const sums = pen.node(opType, [rows, pen.ints([0, 2])], { keepdims: 1 });
  return pen.view(sums, [1, (images * c) / pen.block, 1, pen.block], [images, c, 1, 1]);
}

/** Constant numbers per channel. */
export function everywhere(pen: BlockedPen, value: number, [, c]: ImageShape): PerChannel {
  return { name: pen.table(new Float32Array(c).fill(value), [1, c, 1, 1]), images: 1 };
}

/**
 * A small array that broadcasts against x as numbers per channel, or nothing where it does not: against an image it is `[N, C, 1, 1]` or
 * `[1, C, 1, 1]`, against its channels in groups `[N, groups, pixels]` it is `[N, groups, 1]`.
 */
export function perChannel(
  pen: BlockedPen,
  small: { readonly name: string; readonly shape: readonly number[] },
  [n, c]: ImageShape,
  logical: readonly number[],
): PerChannel | undefined {
  const shape = [...logical.slice(small.shape.length).map(() => 1), ...small.shape];
  const [images, groups, ...rest] = shape;
  const fits = logical[0] === n && (images === n || images === 1) && groups === logical[1] && sizeOf(rest) === 1;
  if (!fits || c % groups! !== 0 || (logical.length === 4 && groups !== c)) return undefined;
  if (groups === c) return { name: pen.view(small.name, small.shape, [images!, c, 1, 1]), images: images! };
  const column = pen.view(small.name, small.shape, [images!, groups!, 1]);
  const repeated = pen.node("Expand", [column, pen.ints([images!, groups!, c / groups!])]);
  return { name: pen.view(repeated, [images!, groups!, c / groups!], [images!, c, 1, 1]), images: images! };
}
