/** Gradients of a convolution of each channel by itself, as further blocked convolutions of each channel by itself. */

import type { Value } from "../../graph.ts";
import type { ConvGeometry } from "../../ops/convolution.ts";
import { type BlockedPen, canBeBlocked, type ImageShape } from "./pen.ts";

/** Longest sum that is taken number by number: rounding errors grow with its length. */
const LONGEST_SUM = 2 ** 14;

/**
 * Gradient by the filters, `dw[c, i, j] = Σ dy[n, c, y, x] · x[n, c, s·y + i, s·x + j]`: the images of a channel slide over their own gradients. Images
 * count as channels; what each of them gives is added up at last.
 */
export function depthwiseWeightGradient(
  pen: BlockedPen,
  [x, dy]: readonly [Value, Value],
  { strides, pads, dilations }: ConvGeometry,
  y: Value,
): string | undefined {
  if (![x, dy].every((value) => canBeBlocked(value, pen.block))) return undefined;
  const [n, c, ...from] = x.shape as ImageShape;
  const to = dy.shape.slice(2);
  const kernel = y.shape.slice(2);
  // What the last tap of the last pixel reads beyond the image: there is more padding only where nobody reads it
  const beyond = [0, 1].map((i) => (to[i]! - 1) * strides[i]! + kernel[i]! - pads[i]! - from[i]!);
  const isLong = to[0]! * to[1]! > LONGEST_SUM;
  if (isLong || dilations.some((step) => step !== 1) || beyond.some((pixels) => pixels < 0)) return undefined;
  const groups = n * c;
  const sums = pen.nchwc(
    "Conv",
    [
      pen.view(pen.blocked(x).name, x.shape, [1, groups, ...from]),
      pen.view(pen.blocked(dy).name, dy.shape, [groups, 1, ...to]),
    ],
    { kernel_shape: to, dilations: strides, pads: [pads[0]!, pads[1]!, ...beyond], group: groups },
  ); // blocked [1, N·C, kh, kw]
  const size = c * kernel[0]! * kernel[1]!;
  const perImage = pen.view(sums, [1, groups, ...kernel], [n, size]);
  const whole = n === 1 ? perImage : pen.node("ReduceSum", [perImage, pen.ints([0])], { keepdims: 1 });
  const plain = pen.nchwc("ReorderOutput", [pen.view(whole, [1, size], [1, c, ...kernel])], { channels: c });
  return pen.view(plain, [1, c, ...kernel], y.shape);
}
