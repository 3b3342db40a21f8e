import type { Value } from "../../engine/graph.ts";
import { fanInInit, heInit } from "../../engine/initializers.ts";
import { globalAveragePool2d, reshape } from "../../engine/ops/index.ts";
import { convSilu } from "../layers/conv-silu.ts";
import { invertedResidual } from "../layers/inverted-residual.ts";
import { dropout, linear, type Mode } from "../layers.ts";
import type { Scope } from "../scope.ts";
import { requireChannels } from "./require-channels.ts";

/** Blocks of one resolution. */
export interface EfficientNetStage {
  readonly blocks: number;
  /** Channels that each block gives. */
  readonly channels: number;
  /** How many times more channels its depthwise convolution works on. */
  readonly expansion: number;
  /** Side of the depthwise kernel. */
  readonly kernel: 3 | 5;
  /** Of the first block; the others keep the size. */
  readonly stride: 1 | 2;
}

/** An EfficientNet as plain data. */
export interface EfficientNetConfig {
  readonly inputChannels: number;
  /** Numbers per image: classes, or 1 for a count. */
  readonly outputs: number;
  readonly stemChannels: number;
  readonly stages: readonly EfficientNetStage[];
  /** Features per image before the last layer. */
  readonly headChannels: number;
  /** Probability that a feature is dropped in training. */
  readonly dropout?: number;
  /** Probability that the last block is skipped in training; earlier ones in proportion to their place. */
  readonly stochasticDepth?: number;
  /** In `train`, batch normalisation uses the batch and updates its running statistics; in `inference` it uses those. */
  readonly mode: Mode;
}

const stage = (
  expansion: number,
  kernel: 3 | 5,
  stride: 1 | 2,
  channels: number,
  blocks: number,
): EfficientNetStage => ({ blocks, channels, expansion, kernel, stride });

/** Configurations with a name; channels, outputs and the mode are the caller's. */
export const efficientNetPresets = {
  /** EfficientNet-B0: 5,288,548 parameters with three channels and 1000 classes, 4,008,829 with a single output. */
  b0: {
    stemChannels: 32,
    stages: [
      stage(1, 3, 1, 16, 1),
      stage(6, 3, 2, 24, 2),
      stage(6, 5, 2, 40, 2),
      stage(6, 3, 2, 80, 3),
      stage(6, 5, 1, 112, 3),
      stage(6, 5, 2, 192, 4),
      stage(6, 3, 1, 320, 1),
    ],
    headChannels: 1280,
    dropout: 0.2,
    stochasticDepth: 0.2,
  },
  /** The same idea for a laptop: 127,177 parameters with one channel and one output, a quarter of the operations. */
  small: {
    stemChannels: 16,
    stages: [stage(1, 3, 1, 16, 1), stage(4, 3, 2, 24, 2), stage(4, 5, 2, 40, 2), stage(4, 3, 2, 64, 2)],
    headChannels: 256,
  },
} as const satisfies Record<string, Omit<EfficientNetConfig, "inputChannels" | "outputs" | "mode">>;

/**
 * Image to a few numbers, without a final non-linearity: `[N, inputChannels, H, W]` to `[N, outputs]`.
 *
 * A convolution of stride 2, stages of inverted residual blocks, a 1×1 convolution, the mean over all pixels, a linear layer. Borders are
 * padded evenly, as in torchvision (whose weights fit), where the original pads more at the end.
 *
 * @throws {@link ShapeError} when the image has other channels than the config says
 * @see Tan & Le, "EfficientNet: rethinking model scaling for convolutional neural networks", ICML 2019, table 1
 */
export function efficientNet(scope: Scope, x: Value, config: EfficientNetConfig): Value {
  const { inputChannels, outputs, stemChannels, stages, headChannels, mode } = config;
  const { dropout: dropRate = 0, stochasticDepth = 0 } = config;
  requireChannels(`efficientNet "${scope.path}"`, x, inputChannels);
  const total = stages.reduce((sum, { blocks }) => sum + blocks, 0);
  let done = 0;

  // First weights: He's by fan-out, as published
  const stem = { channels: stemChannels, kernel: 3, stride: 2, mode, initializer: heInit(9 * stemChannels) };
  let y = convSilu(scope.at("stem"), x, stem); // [N, stemChannels, H/2, W/2]
  for (const [index, { blocks, stride, ...shape }] of stages.entries())
    for (let block = 0; block < blocks; block++) {
      const at = scope.at(`stage${index + 1}`).at(`block${block + 1}`);
      const skipRate = (stochasticDepth * done++) / total;
      y = invertedResidual(at, y, { ...shape, stride: block === 0 ? stride : 1, skipRate, mode });
    }
  const head = { channels: headChannels, kernel: 1, mode, initializer: heInit(headChannels) };
  y = convSilu(scope.at("head"), y, head); // [N, headChannels, H/2^strides, …]
  const features = reshape(globalAveragePool2d(y), [x.shape[0]!, headChannels]);
  const kept = dropout(scope.at("dropout"), features, { rate: dropRate, mode });
  return linear(scope.at("out"), kept, { features: outputs, initializer: fanInInit() });
}
