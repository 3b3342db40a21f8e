import type { Value } from "../../engine/graph.ts";
import { globalAveragePool2d, mul, sigmoid, silu } from "../../engine/ops/index.ts";
import type { Scope } from "../scope.ts";
import { conv } from "./conv.ts";

/** How strongly an image is squeezed. */
export interface SqueezeExcitationOptions {
  /** Numbers that each image is described by before its channels are weighed. */
  readonly squeezed: number;
}

/**
 * Each channel weighed by a number from 0 to 1 that follows from the means of all channels; keeps the shape `[N, C, H, W]`.
 *
 * @see Hu, Shen & Sun, "Squeeze-and-excitation networks", CVPR 2018; with SiLU instead of ReLU, as in EfficientNet
 */
export function squeezeExcitation(scope: Scope, x: Value, { squeezed }: SqueezeExcitationOptions): Value {
  const described = silu(conv(scope.at("squeeze"), globalAveragePool2d(x), { channels: squeezed, kernel: 1 })); // [N, squeezed, 1, 1]
  return mul(x, sigmoid(conv(scope.at("excite"), described, { channels: x.shape[1]!, kernel: 1 })));
}
