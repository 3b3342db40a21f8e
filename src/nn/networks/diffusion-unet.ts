import { ShapeError } from "../../core/errors.ts";
import type { Value } from "../../engine/graph.ts";
import { fanInInit, zerosInit } from "../../engine/initializers.ts";
import { add, concat, silu } from "../../engine/ops/index.ts";
import { groupNorm } from "../layers/group-norm.ts";
import { type TimeCondition, timedResidualBlock } from "../layers/timed-residual-block.ts";
import { timestepEmbedding } from "../layers/timestep-embedding.ts";
import { attention2d, conv, doubledConv, linear, type Mode } from "../layers.ts";
import type { Scope } from "../scope.ts";
import { requireChannels } from "./require-channels.ts";
import { requireMultiple } from "./require-multiple.ts";

/** A denoising U-Net as plain data. */
export interface DiffusionUnetConfig {
  readonly inputChannels: number;
  /** Channels of the prediction: those of the image, or twice as many where a variance is learned too. */
  readonly outputChannels: number;
  /** Channels of an image that says what to draw, such as a label map; 0 for none. */
  readonly conditionChannels?: number;
  /** Numbers that say how a training image was augmented; 0 for none. All zero means "not at all", and is what sampling gives. */
  readonly augmentationFeatures?: number;
  /** Channels of the first convolution, even; the time is embedded in four times as many numbers. */
  readonly baseChannels: number;
  /** Channels per level, finest first, in units of `baseChannels`; each level halves the resolution. */
  readonly multipliers: readonly number[];
  /** Residual blocks per level on the way down. */
  readonly blocks: number;
  /** Levels (0 is the finest) where attention follows each block; there is always one in the middle. */
  readonly attentionLevels: readonly number[];
  /** Heads of each attention. */
  readonly heads: number;
  /** Groups of each normalisation, where channels divide so. */
  readonly groups: number;
  readonly timeCondition: TimeCondition;
  /** What the way up is joined with: everything on the way down (one block more per level on the way up), or what its blocks gave. */
  readonly skips: "all" | "blocks";
  /** Probability that a number inside a residual block is dropped in training. */
  readonly dropout?: number;
  /** Only dropout asks. */
  readonly mode: Mode;
}

type Preset = Omit<
  DiffusionUnetConfig,
  "inputChannels" | "outputChannels" | "conditionChannels" | "augmentationFeatures" | "mode"
>;

const improved = { groups: 32, timeCondition: "scale-shift", skips: "all" } as const;
const plain = { timeCondition: "add", skips: "all" } as const;
const laptop = { blocks: 1, heads: 4, groups: 8, timeCondition: "scale-shift", skips: "blocks" } as const;

/**
 * Configurations with a name; channels in and out, and the mode, are the caller's. Operations are multiplications with addition, for
 * one image through the network once.
 */
export const diffusionUnetPresets = {
  /** Saguy et al. 2024 for 256 px, attention at 16×16 and 8×8: 8,916,099 parameters with three channels, 39 G operations. */
  improvedDiffusion64: {
    ...improved,
    baseChannels: 64,
    multipliers: [1, 1, 2, 2, 2, 2],
    blocks: 1,
    attentionLevels: [4, 5],
    heads: 4,
  },
  /**
   * da Graça et al. 2025 for 512 px, attention (64 heads of 8 channels) only in the middle: 70,118,403 parameters with three channels,
   * 985 G operations.
   */
  brightfield70M: {
    ...plain,
    baseChannels: 128,
    multipliers: [1, 1, 2, 2, 4],
    blocks: 2,
    attentionLevels: [],
    heads: 64,
    groups: 32,
  },
  /**
   * A plain denoiser of middle size, by which speed is measured: 13,255,297 parameters with one channel, 7.3 G operations at 64 px. As Ho et
   * al. with fewer skips and groups; attention at a quarter of the resolution.
   */
  ddpm13M: {
    ...plain,
    baseChannels: 64,
    multipliers: [1, 2, 4],
    blocks: 2,
    attentionLevels: [2],
    heads: 1,
    groups: 8,
    skips: "blocks",
  },
  /** For 64 px on a laptop: 638,385 parameters with one channel, 0.22 G operations. */
  laptop64: { ...laptop, baseChannels: 16, multipliers: [1, 2, 2, 4], attentionLevels: [2, 3] },
  /** For 96 px on a laptop: 947,313 parameters with one channel, 0.47 G operations. */
  laptop96: { ...laptop, baseChannels: 16, multipliers: [1, 2, 2, 4, 4], attentionLevels: [3, 4] },
  /** For 128 px on a laptop: 3,556,929 parameters with one channel, 2.2 G operations. */
  laptop128: { ...laptop, baseChannels: 32, multipliers: [1, 1, 2, 4, 4], attentionLevels: [3, 4] },
} as const satisfies Record<string, Preset>;

/** What a denoising U-Net looks at. */
export interface DiffusionUnetInputs {
  /** Noisy images, `[N, inputChannels, H, W]`. */
  readonly xt: Value;
  /** Time of each, `[N]` in float32, usually from 0 to 1000; fractions allowed. */
  readonly t: Value;
  /** What to draw, `[N, conditionChannels, H, W]`. */
  readonly condition?: Value;
  /** How each image was augmented, `[N, augmentationFeatures]`. */
  readonly augmentation?: Value;
}

/**
 * What a denoiser predicts (noise, image or velocity) of noisy images: `[N, outputChannels, H, W]`; H and W must be multiples of
 * 2^(levels - 1).
 *
 * The time becomes waves, then two linear layers, and tells every residual block. An augmentation is told the same way: a linear map of it
 * without an offset, which starts at 0, is added to the waves (Karras et al. 2022, appendix F.2). Levels are halved by convolutions of stride 2 and
 * doubled by repetition and a convolution. Residual branches, attentions and the last convolution start at 0: a new network predicts 0.
 *
 * @throws {@link ShapeError} when sizes or channels are not those of the config, or a condition or augmentation is missing or unasked for
 * @see Nichol & Dhariwal, "Improved denoising diffusion probabilistic models", ICML 2021; Ho, Jain & Abbeel, NeurIPS 2020
 */
export function diffusionUnet(scope: Scope, inputs: DiffusionUnetInputs, config: DiffusionUnetConfig): Value {
  const { baseChannels: base, multipliers, blocks, attentionLevels, heads, groups, skips: joined } = config;
  const { outputChannels, timeCondition, dropout = 0, mode } = config;
  const initializer = fanInInit();
  const bottom = multipliers.length - 1;
  const conv3 = (at: Scope, x: Value, channels: number, stride = 1) =>
    conv(at, x, { channels, kernel: 3, padding: 1, stride, initializer });

  const waves = told(scope, inputs, config); // [N, base]
  const dense = (name: string, x: Value) => linear(scope.at(name), x, { features: 4 * base, initializer });
  const time = dense("time2", silu(dense("time1", waves))); // [N, 4 base]

  const block = (at: Scope, x: Value, channels: number, index: number) =>
    timedResidualBlock(at.at(`block${index}`), x, time, { channels, groups, timeCondition, dropout, mode });
  const attend = (at: Scope, x: Value, index: number) =>
    attention2d(at.at(`attention${index}`), x, { heads, initializer });
  const unit = (at: Scope, x: Value, level: number, index: number) => {
    const y = block(at, x, base * multipliers[level]!, index);
    return attentionLevels.includes(level) ? attend(at, y, index) : y;
  };

  let y = conv3(scope.at("in"), seen(scope, inputs, config), base); // [N, base, H, W]
  const skips = joined === "all" ? [y] : [];
  for (let level = 0; level <= bottom; level++) {
    const at = scope.at(`down${level}`);
    for (let index = 1; index <= blocks; index++) {
      y = unit(at, y, level, index); // [N, base·multiplier, H/2^level, W/2^level]
      skips.push(y);
    }
    if (level === bottom) break;
    y = conv3(at.at("halve"), y, y.shape[1]!, 2);
    if (joined === "all") skips.push(y);
  }

  const middle = scope.at("middle");
  y = attend(middle, block(middle, y, y.shape[1]!, 1), 1);
  y = block(middle, y, y.shape[1]!, 2);

  for (let level = bottom; level >= 0; level--) {
    const at = scope.at(`up${level}`);
    const count = joined === "all" ? blocks + 1 : blocks;
    for (let index = 1; index <= count; index++) y = unit(at, concat([y, skips.pop()!], 1), level, index);
    if (level > 0) y = doubledConv(at.at("double"), y, { channels: y.shape[1]!, kernel: 3, initializer, mode }); // [N, …, 2 H, 2 W]
  }
  const out = scope.at("out");
  const last = { channels: outputChannels, kernel: 3, padding: 1, initializer: zerosInit };
  return conv(out.at("conv"), silu(groupNorm(out.at("norm"), y, { groups })), last);
}

/** Waves of the time, and what an augmentation adds to them, `[N, baseChannels]`. */
function told(scope: Scope, { t, augmentation }: DiffusionUnetInputs, config: DiffusionUnetConfig): Value {
  const { baseChannels: features, augmentationFeatures = 0 } = config;
  const waves = timestepEmbedding(t, { features });
  if ((augmentation?.shape[1] ?? 0) !== augmentationFeatures)
    throw new ShapeError({
      where: `diffusionUnet "${scope.path}"`,
      expected: `an augmentation of ${augmentationFeatures} numbers`,
      received: augmentation ? `${augmentation.shape[1]}` : "none",
      fix: "Set augmentationFeatures of the network to the length of the augmentation.",
    });
  if (!augmentation) return waves;
  return add(waves, linear(scope.at("augmentation"), augmentation, { features, bias: false, initializer: zerosInit }));
}

/** Everything the first convolution sees, checked: the noisy image, and the condition behind it. */
function seen({ path }: Scope, { xt, condition }: DiffusionUnetInputs, config: DiffusionUnetConfig): Value {
  const { inputChannels, conditionChannels = 0, multipliers } = config;
  const where = `diffusionUnet "${path}"`;
  requireChannels(where, xt, inputChannels);
  requireMultiple(where, xt, 2 ** (multipliers.length - 1));
  if ((condition?.shape[1] ?? 0) !== conditionChannels)
    throw new ShapeError({
      where,
      expected: `a condition of ${conditionChannels} channels`,
      received: condition ? `${condition.shape[1]}` : "none",
      fix: "Set conditionChannels of the network to the channels of the condition.",
    });
  return condition ? concat([xt, condition], 1) : xt;
}
