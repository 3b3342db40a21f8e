import type { Value } from "../../engine/graph.ts";
import { heInit } from "../../engine/initializers.ts";
import { add, silu } from "../../engine/ops/index.ts";
import type { Scope } from "../scope.ts";
import { batchNorm, type Mode } from "./batch-norm.ts";
import { convNorm } from "./conv-norm.ts";
import { convSilu } from "./conv-silu.ts";
import { depthwiseConv } from "./depthwise-conv.ts";
import { squeezeExcitation } from "./squeeze-excitation.ts";
import { stochasticDepth } from "./stochastic-depth.ts";

/** How an inverted residual block is made. */
export interface InvertedResidualOptions {
  /** Output channels. */
  readonly channels: number;
  /** How many times more channels the depthwise convolution works on. */
  readonly expansion: number;
  /** Side of its kernel. */
  readonly kernel: number;
  readonly stride: number;
  /** Probability that the block is skipped in training. */
  readonly skipRate?: number;
  readonly mode: Mode;
}

/**
 * MBConv: wide inside, narrow outside. 1×1 convolution to more channels, depthwise convolution, squeeze and excitation (to a quarter of
 * the channels that came in), 1×1 convolution back: `[N, C, H, W]` to `[N, channels, H/stride, W/stride]`, added to x where it fits.
 *
 * @see Sandler et al., "MobileNetV2", CVPR 2018; Tan et al., "MnasNet", CVPR 2019, figure 7
 */
export function invertedResidual(scope: Scope, x: Value, options: InvertedResidualOptions): Value {
  const { channels, expansion, kernel, stride, skipRate = 0, mode } = options;
  const narrow = x.shape[1]!;
  const wide = narrow * expansion;
  const entry = { channels: wide, kernel: 1, mode, initializer: heInit(wide) }; // by fan-out, as published

  let y = expansion === 1 ? x : convSilu(scope.at("expand"), x, entry); // [N, wide, H, W]
  const spatial = scope.at("spatial");
  y = silu(batchNorm(spatial.at("norm"), depthwiseConv(spatial.at("conv"), y, { kernel, stride }), { mode })); // [N, wide, H/stride, …]
  y = squeezeExcitation(scope.at("weigh"), y, { squeezed: Math.max(1, Math.floor(narrow / 4)) });
  const exit = { channels, kernel: 1, norm: "batch", mode, initializer: heInit(channels) } as const;
  y = convNorm(scope.at("project"), y, exit); // [N, channels, H/stride, …]
  if (stride !== 1 || narrow !== channels) return y;
  return add(x, stochasticDepth(scope.at("depth"), y, { rate: skipRate, mode }));
}
