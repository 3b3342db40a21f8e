/**
 * Weight gradient of a convolution as one blocked convolution.
 *
 * `dw[k, c, i, j] = Σ dy[n, k, y, x] · x[n, c, s·y + i, s·x + j]` is a convolution whose kernel is dy and whose channels are pixels. The
 * pixels of dy are dealt into tiles of equal size (`tiles.ts`), b of them or a multiple, one per channel; x is dealt likewise, each tile with the
 * border that its kernel taps reach, and with its channels beside its columns. Further tiles and images become further blocks of channels, so that all are
 * summed on the way. All taps come from one call at the speed of the forward convolution; only the dealing is extra.
 *
 * The roles may be swapped (x as the kernel, dy as the image, taps reversed), which is faster where x has more channels than dy.
 */

import { sizeOf } from "../../../core/shape.ts";
import type { Value } from "../../graph.ts";
import type { ConvGeometry } from "../../ops/convolution.ts";
import { depthwiseWeightGradient } from "./depthwise.ts";
import { type Blocked, type BlockedPen, canBeBlocked, type ImageShape } from "./pen.ts";
import { type BlockedRule, imageLayout } from "./rule.ts";
import { type Dealing, dealtFilters, dealtImage, tilesFor } from "./tiles.ts";

/** More padding of the last tiles than this, and the plain way is as fast. */
const MOST_WASTE = 1.3;

/** From this many filters on, the blocked kernel is at full speed. */
const MANY_FILTERS = 64;

/** `conv2dWeightGradient` of each channel by itself, and for one group and dense kernels where dy or, for stride 1, x has whole blocks of channels. */
export const conv2dWeightGradient: BlockedRule<ConvGeometry & { kernel: readonly number[] }> = (
  { inputs: [x, dy], attributes: { strides, pads, dilations, groups, kernel }, y },
  pen,
) => {
  if (!(imageLayout(pen, x!) ?? imageLayout(pen, dy!))) return undefined;
  const channels = x!.shape[1]!;
  if (groups > 1 && groups === channels && groups === dy!.shape[1])
    return depthwiseWeightGradient(pen, [x!, dy!], { strides, pads, dilations, groups }, y);
  if (groups !== 1 || dilations.some((step) => step !== 1)) return undefined;
  const [k, c, kh, kw] = y.shape as ImageShape;
  const [tall, wide] = kernel as [number, number];
  const taps = kh * kw;
  const straight = canBeBlocked(dy!, pen.block);
  const dense = strides.every((stride) => stride === 1);
  if (dense && canBeBlocked(x!, pen.block) && (!straight || (k < MANY_FILTERS && c > k))) {
    const before = [tall - 1 - pads[0]!, wide - 1 - pads[1]!];
    const gradient = correlation(pen, x!, dy!, { kernel: [tall, wide], strides, before }); // [C, kh·kw reversed, K]
    if (!gradient) return undefined;
    const reversed = pen.table(
      Int32Array.from({ length: taps }, (_, i) => taps - 1 - i),
      [taps],
    );
    const ordered = taps === 1 ? gradient : pen.node("Gather", [gradient, reversed], { axis: 1 });
    const matrix = pen.view(ordered, [c, taps, k], [c * taps, k]);
    if (k === 1) return pen.view(matrix, [c * taps, k], y.shape);
    return pen.view(pen.node("Transpose", [matrix], { perm: [1, 0] }), [k, c * taps], y.shape);
  }
  if (!straight) return undefined;
  const gradient = correlation(pen, dy!, x!, { kernel: [tall, wide], strides, before: [pads[0]!, pads[1]!] }); // [K, kh·kw, C]
  if (!gradient || taps === 1 || c === 1) return gradient && pen.view(gradient, [k, taps, c], y.shape);
  return pen.view(pen.node("Transpose", [gradient], { perm: [0, 2, 1] }), [k, c, taps], y.shape);
};

/** `Σ filter[n, k, y, x] · image[n, c, s·y + i − before, s·x + j − before]` over images and pixels, `[K, kh·kw, C]`. */
function correlation(
  pen: BlockedPen,
  filter: Value,
  image: Value,
  { kernel, strides, before }: Pick<Dealing, "kernel" | "strides" | "before">,
): string | undefined {
  const [n, k, rows, columns] = filter.shape as ImageShape;
  const { tiles, waste } = tilesFor(pen.block, [rows, columns]);
  if (waste > MOST_WASTE) return undefined;
  const dealing: Dealing = { tiles, kernel, strides, before };
  const c = image.shape[1]!;
  const [height, width] = [0, 1].map((i) => strides[i]! * (tiles.size[i]! - 1) + kernel[i]!) as [number, number];
  const filters = dealtFilters(pen, pen.blocked(filter) as Blocked, tiles);
  const images = dealtImage(pen, image, dealing);
  const channels = n * tiles.count[0] * tiles.count[1];
  const sums = pen.nchwc(
    "Conv",
    [
      pen.view(images, [channels / pen.block, height * width * c, pen.block], [1, channels, height, width * c]),
      pen.view(filters, [(k * channels * sizeOf(tiles.size)) / pen.block, pen.block], [k, channels, ...tiles.size]),
    ],
    { kernel_shape: tiles.size, dilations: [strides[0]!, strides[1]! * c] },
  ); // blocked [1, K, kh, kw·C]
  const plain = pen.nchwc("ReorderOutput", [sums], { channels: k });
  return pen.view(plain, [1, k, kernel[0]!, kernel[1]! * c], [k, kernel[0]! * kernel[1]!, c]);
}
