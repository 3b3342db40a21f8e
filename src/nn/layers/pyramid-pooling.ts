import type { Value } from "../../engine/graph.ts";
import { concat, maxPool2d } from "../../engine/ops/index.ts";
import type { Scope } from "../scope.ts";
import type { Mode } from "./batch-norm.ts";
import { convSilu } from "./conv-silu.ts";

/** How spatial pyramid pooling is made. */
export interface PyramidPoolingOptions {
  /** Output channels. */
  readonly channels: number;
  readonly mode: Mode;
}

/**
 * Every pixel beside the maxima of its 5×5, 9×9 and 13×13 surroundings, between two 1×1 convolutions: `[N, C, H, W]` to
 * `[N, channels, H, W]`. Maxima of maxima are maxima of the larger window, so three times 5×5 gives all three.
 *
 * @see He et al., "Spatial pyramid pooling in deep convolutional networks", ECCV 2014; at one size as in Redmon & Farhadi, "YOLOv3" (2018)
 */
export function pyramidPooling(scope: Scope, x: Value, { channels, mode }: PyramidPoolingOptions): Value {
  const window = { kernel: 5, stride: 1, padding: 2 };
  const own = convSilu(scope.at("in"), x, { channels: x.shape[1]! / 2, kernel: 1, mode }); // [N, C/2, H, W]
  const near = maxPool2d(own, window);
  const far = maxPool2d(near, window);
  return convSilu(scope.at("out"), concat([own, near, far, maxPool2d(far, window)], 1), { channels, kernel: 1, mode });
}
