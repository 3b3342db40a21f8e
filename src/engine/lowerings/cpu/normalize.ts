import { broadcastTo, mul, reshape, scaleShift } from "../../ops/index.ts";
import { moments, type NormalizeAttributes } from "../../ops/normalize.ts";
import { type BlockedRule, imageLayout } from "./rule.ts";

/**
 * Normalisation in four passes over blocked memory: the mean, the centred image, its square's mean without the square, and one that
 * scales, shifts and, fused, bends. The gradient is made of the same parts and shares the first three.
 */
export const normalize: BlockedRule<NormalizeAttributes> = ({ inputs: [x, scale, offset], attributes }, pen) => {
  if (!imageLayout(pen, x!)) return undefined;
  const { centered, inverseDeviation } = moments(x!, attributes);
  const channels = [1, x!.shape[1]!, 1, 1];
  const gain = mul(inverseDeviation, reshape(scale!, channels));
  return pen.layout(scaleShift(centered, gain, broadcastTo(reshape(offset!, channels), gain.shape)));
};
