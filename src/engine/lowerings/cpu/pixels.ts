/**
 * Weight gradients of convolutions of one pixel: `dw[k, c] = Σ dy[n, k, p] · x[n, c, p]`, where nothing has a border.
 *
 * Channels are every b-th pixel of an image: of b neighbouring pixels one for each. So dy lies in memory as filters of such channels already, image by image, and
 * in the image only the channels of a block and b neighbouring pixels change places, by one reordering. Images are groups, summed at the end.
 */

import { sizeOf } from "../../../core/shape.ts";
import type { Value } from "../../graph.ts";
import { type Blocked, type BlockedPen, canBeBlocked, type ImageShape } from "./pen.ts";
import type { TapSums } from "./tap-sums.ts";
import { MOST_TAPS } from "./tiles.ts";

const LEAST_PIXELS = 4;

/** `Σ filter[n, f, p] · image[n, c, p]` over images and pixels, or nothing where these do not fill blocks of channels. */
export function correlationOfPixels(pen: BlockedPen, filter: Value, image: Value): TapSums | undefined {
  const { block } = pen;
  const [n, c, height, width] = image.shape as ImageShape;
  const f = filter.shape[1]!;
  const taps = (height * width) / block;
  if (!Number.isInteger(taps) || taps > MOST_TAPS || !canBeBlocked(image, block)) return undefined;
  if (height * width * (c + f) < LEAST_PIXELS * c * f) return undefined;
  const planes = c / block;
  const squares = [n * planes * taps, block, 1, block] as const; // pixels × channels, turned into channels × pixels
  const turned = pen.nchwc("ReorderInput", [pen.view((pen.blocked(image) as Blocked).name, image.shape, squares)]);
  const inputs = [
    pen.view(turned, squares, [1, n * block, planes, taps * block]),
    pen.view((pen.blocked(filter) as Blocked).name, filter.shape, [n * f, block, 1, taps]),
  ];
  const sums = pen.nchwc("Conv", inputs, { kernel_shape: [1, taps], dilations: [1, block], group: n });
  const shape = [1, f, planes, block] as const;
  if (n === 1) return { name: sums, shape: [f, c, 1, 1], parts: planes };
  const each = pen.view(sums, [1, n * f, planes, block], [n, sizeOf(shape)]);
  const all = pen.node("ReduceSum", [each, pen.ints([0])], { keepdims: 0 });
  return { name: pen.view(all, [sizeOf(shape)], shape), shape: [f, c, 1, 1], parts: planes };
}
