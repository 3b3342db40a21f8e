import { ShapeError } from "../../core/errors.ts";
import { formatShape, type Shape } from "../../core/shape.ts";
import type { Value } from "../../engine/graph.ts";
import { type Initializer, uniformInit } from "../../engine/initializers.ts";
import { add, maxPool2d, relu } from "../../engine/ops/index.ts";
import { conv, type Mode, skipConv } from "../layers.ts";
import type { Scope } from "../scope.ts";
import { requireChannels } from "./require-channels.ts";
import { requireMultiple } from "./require-multiple.ts";

/** A restoration U-Net of CSBDeep as plain data; in brackets what CSBDeep calls it. */
export interface CareUnetConfig {
  readonly inputChannels: number;
  readonly outputChannels: number;
  /** How often the resolution is halved on the way down (`unet_n_depth`). */
  readonly depth: number;
  /** Channels at full resolution, doubled at each level (`unet_n_first`). */
  readonly baseChannels: number;
  /** Side of the square kernels, odd (`unet_kern_size`). */
  readonly kernel: number;
  /** Whether the input is added to the result, so that the network learns the difference (`unet_residual`). */
  readonly residual: boolean;
  /** In `train`, images are convolved before repetition doubles them: the same numbers, sooner. */
  readonly mode?: Mode;
}

/** Configurations with a name; channels in and out are the caller's. */
export const careUnetPresets = {
  /** CSBDeep's defaults for two dimensions: 922,977 parameters with one channel, 0.95 G operations at 64 px. */
  care2d: { depth: 2, baseChannels: 32, kernel: 5, residual: true },
} as const satisfies Record<string, Omit<CareUnetConfig, "inputChannels" | "outputChannels">>;

/** Uniform in ±√(6 / (fan-in + fan-out)): Keras' starting weights. @see Glorot & Bengio, AISTATS 2010, eq. 16 */
const glorotInit: Initializer = (shape: Shape, random) => {
  const [outputs, inputs, ...window] = shape as [number, number, ...number[]];
  const taps = window.reduce((a, b) => a * b, 1);
  return uniformInit(Math.sqrt(6 / (taps * (inputs + outputs))))(shape, random);
};

/**
 * Image to image of the same size, `[N, inputChannels, H, W]` to `[N, outputChannels, H, W]`: the network of content-aware image restoration.
 *
 * Two convolutions with ReLU per level, maxima of 2×2 between levels, upwards repetition joined with the skip of that level; the second
 * convolution of a level on the way up is already as narrow as the next finer level. No normalisation. A 1×1 convolution without a
 * non-linearity ends it. Borders are padded with zeros.
 *
 * @throws {@link ShapeError} when H or W is not a multiple of 2^depth, the channels are not those of the config, or a residual network has
 *   other channels out than in
 * @see Weigert et al., "Content-aware image restoration", Nature Methods 15, 1090 (2018); CSBDeep `internals/blocks.py`, `unet_block`
 */
export function careUnet(scope: Scope, x: Value, config: CareUnetConfig): Value {
  const { inputChannels, outputChannels, depth, baseChannels, kernel, residual, mode = "inference" } = config;
  const where = `careUnet "${scope.path}"`;
  requireChannels(where, x, inputChannels);
  requireMultiple(where, x, 2 ** depth);
  if (residual && inputChannels !== outputChannels)
    throw new ShapeError({
      where,
      expected: `${inputChannels} output channels, to add the input to`,
      received: `${outputChannels} for an input ${formatShape(x.shape)}`,
      fix: "Set residual to false, or take as many channels out as in.",
    });
  const unit = (name: string, value: Value, channels: number) =>
    relu(conv(scope.at(name), value, { channels, kernel, padding: (kernel - 1) / 2, initializer: glorotInit }));
  const width = (level: number) => baseChannels * 2 ** Math.max(0, level);

  const skips: Value[] = [];
  let y = x;
  for (let level = 0; level < depth; level++) {
    y = unit(`down${level}/conv2`, unit(`down${level}/conv1`, y, width(level)), width(level));
    skips.push(y);
    y = maxPool2d(y, 2); // [N, width, H/2^(level+1), W/2^(level+1)]
  }
  y = unit("middle/conv2", unit("middle/conv1", y, width(depth)), width(depth - 1));
  for (let level = depth - 1; level >= 0; level--) {
    const first = { channels: width(level), kernel, initializer: glorotInit, mode };
    y = relu(skipConv(scope.at(`up${level}/conv1`), y, skips[level]!, first)); // [N, width, H/2^level, W/2^level]
    y = unit(`up${level}/conv2`, y, width(level - 1));
  }
  const result = conv(scope.at("out"), y, { channels: outputChannels, kernel: 1, initializer: glorotInit });
  return residual ? add(result, x) : result;
}
