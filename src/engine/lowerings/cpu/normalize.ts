import { broadcastTo, mul, reshape, scaleShift, sub } from "../../ops/index.ts";
import { moments, type NormalizeAttributes } from "../../ops/normalize.ts";
import { type BlockedRule, imageLayout } from "./rule.ts";

/**
 * Normalisation in four passes over blocked memory: the mean, the centred image, its square's mean without the square, and one that
 * scales, shifts and, fused, bends the image as it came. So nobody else reads the centred one, and its memory is free at once.
 */
export const normalize: BlockedRule<NormalizeAttributes> = ({ inputs: [x, scale, offset], attributes }, pen) => {
  if (!imageLayout(pen, x!)) return undefined;
  const { center, inverseDeviation } = moments(x!, attributes);
  const channels = [1, x!.shape[1]!, 1, 1];
  const gain = mul(inverseDeviation, reshape(scale!, channels));
  const shift = sub(broadcastTo(reshape(offset!, channels), gain.shape), mul(gain, center));
  return pen.layout(scaleShift(x!, gain, shift));
};
