import type { Value } from "../../engine/graph.ts";
import { add, mul, sigmoid, split } from "../../engine/ops/index.ts";
import { bceWithLogits, l1 } from "../../nn/losses.ts";
import { segmenterLogits } from "./network.ts";

/** Foreground and border on one side, the distance on the other. */
const PARTS = { axis: 1, lengths: [2, 1] };

/**
 * Loss of predicted logits against true maps, both `[N, 3, H, W]`: cross-entropy on foreground and border, summed over the two, plus
 * twice the L1 distance of the distance map.
 */
export function mapLoss(logits: Value, maps: Value): Value {
  const [maskLogits, distanceLogits] = split(logits, PARTS) as [Value, Value];
  const [masks, distance] = split(maps, PARTS) as [Value, Value];
  return add(mul(bceWithLogits(maskLogits, masks), 2), mul(l1(sigmoid(distanceLogits), distance), 2));
}

/**
 * Whether a generated image shows its label, as a loss: a frozen segmenter reads the image `[N, 1, H, W]` and is compared with the
 * condition `[N, 3, H, W]`, both on the [-1, 1] scale.
 */
export function contentLoss(image: Value, mask: Value): Value {
  return mapLoss(segmenterLogits(image, "inference"), add(mul(mask, 0.5), 0.5));
}
