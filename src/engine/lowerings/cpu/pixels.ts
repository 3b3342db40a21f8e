/**
 * Weight gradients of convolutions of one pixel: `dw[k, c] = Σ dy[n, k, p] · x[n, c, p]`, where nothing has a border.
 *
 * Channels are every b-th pixel of an image: of b neighbouring pixels one for each. So no pixel need be fetched: a blocked dy lies in memory as filters of such channels, image
 * by image, and a plain x as their image, each of its channels behind the other. Images are groups, summed at the end.
 */

import { sizeOf } from "../../../core/shape.ts";
import type { Value } from "../../graph.ts";
import { type Blocked, type BlockedPen, canBeBlocked, type ImageShape } from "./pen.ts";
import type { TapSums } from "./tap-sums.ts";
import { MOST_TAPS } from "./tiles.ts";

/** Sums of each image by itself, in parts of the numbers of all images, above which they cost more than fetching pixels. */
const MOST_SUMS = 1 / 2;

/** `Σ filter[n, f, p] · image[n, c, p]` over images and pixels, or nothing where these do not fill blocks of channels. */
export function correlationOfPixels(pen: BlockedPen, filter: Value, image: Value): TapSums | undefined {
  const { block } = pen;
  const [n, c, height, width] = image.shape as ImageShape;
  const f = filter.shape[1]!;
  const taps = (height * width) / block;
  if (!Number.isInteger(taps) || taps > MOST_TAPS || c * f > MOST_SUMS * height * width * (c + f)) return undefined;
  const parts = canBeBlocked(image, block) ? c / block : 1;
  const beside = c / parts;
  const inputs = [
    pen.view(pen.name(image), image.shape, [1, n * block, parts, beside * taps]),
    pen.view((pen.blocked(filter) as Blocked).name, filter.shape, [n * f, block, 1, taps]),
  ];
  const sums = pen.nchwc("Conv", inputs, { kernel_shape: [1, taps], strides: [1, taps], group: n });
  const shape = [1, f, parts, beside] as const;
  if (n === 1) return { name: sums, shape: [f, c, 1, 1], parts };
  const each = pen.view(sums, [1, n * f, parts, beside], [n, sizeOf(shape)]);
  const all = pen.node("ReduceSum", [each, pen.ints([0])], { keepdims: 0 });
  return { name: pen.view(all, [sizeOf(shape)], shape), shape: [f, c, 1, 1], parts };
}
