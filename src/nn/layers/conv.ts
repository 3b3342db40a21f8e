import type { Value } from "../../engine/graph.ts";
import { type Initializer, zerosInit } from "../../engine/initializers.ts";
import { conv2d } from "../../engine/ops/index.ts";
import { convInit } from "../initializers.ts";
import type { Scope } from "../scope.ts";
import { boundedWeight } from "./spectral-norm.ts";

/** How a convolution layer is made. */
export interface ConvOptions {
  /** Output channels. */
  readonly channels: number;
  /** Side of the square kernel, in pixels. */
  readonly kernel: number;
  readonly stride?: number;
  /** Zeros put around the image on every side, in pixels; for mirrored borders use `reflectPad` before the layer. */
  readonly padding?: number;
  /** Whether each output channel has a trainable offset. */
  readonly bias?: boolean;
  readonly initializer?: Initializer;
  /** Divide the weight by its largest singular value, which bounds how steep a discriminator can become. */
  readonly spectralNorm?: boolean;
}

/** Convolution with trainable weights `weight` `[channels, C, kernel, kernel]` and `bias` `[channels]`: `[N, C, H, W]` to `[N, channels, H', W']`. */
export function conv(scope: Scope, x: Value, options: ConvOptions): Value {
  const {
    channels,
    kernel,
    stride = 1,
    padding = 0,
    bias = true,
    initializer = convInit,
    spectralNorm = false,
  } = options;
  const raw = scope.parameter("weight", [channels, x.shape[1]!, kernel, kernel], initializer);
  const weight = spectralNorm ? boundedWeight(scope.at("spectral"), raw) : raw;
  return conv2d(x, weight, { stride, padding, ...(bias && { bias: scope.parameter("bias", [channels], zerosInit) }) });
}
