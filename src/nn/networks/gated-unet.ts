import { ShapeError } from "../../core/errors.ts";
import type { Value } from "../../engine/graph.ts";
import { zerosInit } from "../../engine/initializers.ts";
import { add, depthToSpace2d, mul, sigmoid, spaceToDepth2d, split, upsampleNearest2d } from "../../engine/ops/index.ts";
import { conv } from "../layers.ts";
import type { Scope } from "../scope.ts";
import { requireChannels } from "./require-channels.ts";
import { requireMultiple } from "./require-multiple.ts";

/** A gated restoration U-Net as plain data. */
export interface GatedUnetConfig {
  readonly inputChannels: number;
  readonly outputChannels: number;
  /** Channels per level, finest first; each level halves the resolution. */
  readonly channels: readonly number[];
  /** Gated blocks per level on the way down and again on the way up; the coarsest level has them once. */
  readonly blocks: readonly number[];
  /** Side of the square of input pixels that become channels first: the body works at 1/fold of the input's resolution. */
  readonly fold: number;
  /** How many times larger the output is than the input, along each side. */
  readonly enlarge: number;
}

/** Configurations with a name; channels, fold and enlargement are the caller's. */
export const gatedUnetPresets = {
  /** 246,916 parameters with one channel at fold 2; 0.12 G operations at 64 px. */
  small: { channels: [32, 64], blocks: [2, 2] },
} as const satisfies Record<string, Pick<GatedUnetConfig, "channels" | "blocks">>;

/**
 * What has to be added to an image to mend it: `[N, inputChannels, H, W]` to `[N, outputChannels, H·enlarge, W·enlarge]`; a new network gives 0.
 *
 * Most of the time of a restoration network goes into convolutions at full resolution. Here squares of pixels become channels first and
 * channels become pixels last, as in sub-pixel convolution (Shi et al., CVPR 2016), so everything between runs at 1/fold of the resolution.
 * Its blocks are gated and residual, without normalisation, so that grey levels keep their meaning: `x + conv1×1(sigmoid(a) ⊙ b)` with
 * `a, b` the halves of a 3×3 convolution, the last convolution starting at 0. After NAFNet (Chen et al., ECCV 2022), with one
 * full 3×3 convolution where it has a pointwise and a depthwise one (dense convolutions are what a CPU is fast at), without layer
 * normalisation and channel attention. The gate lies between 0 and 1 (Dauphin et al., "Language modeling with gated convolutional
 * networks", ICML 2017): with one that grows as well, an image brighter than all that was learned from is answered out of all proportion.
 *
 * @throws {@link ShapeError} when H or W is not a multiple of fold · 2^(levels - 1), the channels are not those of the config, or channels and
 *   blocks name different numbers of levels
 */
export function gatedUnet(scope: Scope, x: Value, config: GatedUnetConfig): Value {
  const { inputChannels, outputChannels, channels, blocks, fold, enlarge } = config;
  const where = `gatedUnet "${scope.path}"`;
  requireChannels(where, x, inputChannels);
  requireMultiple(where, x, fold * 2 ** (channels.length - 1));
  if (blocks.length !== channels.length)
    throw new ShapeError({
      where,
      expected: `blocks for ${channels.length} levels`,
      received: `${blocks.length}`,
      fix: "Give one number of blocks for each number of channels.",
    });
  const stage = (name: string, value: Value, level: number) => {
    let y = value;
    for (let index = 1; index <= blocks[level]!; index++) y = gatedBlock(scope.at(`${name}${level}/block${index}`), y);
    return y;
  };

  const bottom = channels.length - 1;
  const folded = fold === 1 ? x : spaceToDepth2d(x, fold); // [N, inputChannels·fold², H/fold, W/fold]
  let y = conv(scope.at("in"), folded, { channels: channels[0]!, kernel: 3, padding: 1 });
  const skips: Value[] = [];
  for (let level = 0; level < bottom; level++) {
    y = stage("down", y, level);
    skips.push(y);
    y = conv(scope.at(`down${level}/halve`), y, { channels: channels[level + 1]!, kernel: 2, stride: 2 });
  }
  y = stage("middle", y, bottom);
  for (let level = bottom - 1; level >= 0; level--) {
    const narrow = conv(scope.at(`up${level}/double`), y, { channels: channels[level]!, kernel: 1 });
    y = stage("up", add(upsampleNearest2d(narrow, 2), skips[level]!), level);
  }
  const last = outputChannels * (fold * enlarge) ** 2;
  const flat = conv(scope.at("out"), y, { channels: last, kernel: 3, padding: 1, initializer: zerosInit });
  return fold * enlarge === 1 ? flat : depthToSpace2d(flat, fold * enlarge); // [N, outputChannels, H·enlarge, W·enlarge]
}

/** `x + conv1×1(sigmoid(a) ⊙ b)`, `[a, b] = conv3×3(x)`; keeps the shape `[N, C, H, W]`. */
function gatedBlock(scope: Scope, x: Value): Value {
  const width = x.shape[1]!;
  const both = conv(scope.at("spread"), x, { channels: 2 * width, kernel: 3, padding: 1 });
  const [a, b] = split(both, { axis: 1, lengths: [width, width] }) as [Value, Value];
  return add(x, conv(scope.at("join"), mul(sigmoid(a), b), { channels: width, kernel: 1, initializer: zerosInit }));
}
