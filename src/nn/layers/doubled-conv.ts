import { ShapeError } from "../../core/errors.ts";
import type { Value } from "../../engine/graph.ts";
import { zerosInit } from "../../engine/initializers.ts";
import { upsampledConv2d, upsampleNearest2d } from "../../engine/ops/index.ts";
import { convInit } from "../initializers.ts";
import type { Scope } from "../scope.ts";
import type { Mode } from "./batch-norm.ts";
import { type ConvOptions, conv } from "./conv.ts";

/** How a convolution of a doubled image is made; its borders keep the size. */
export interface DoubledConvOptions extends Pick<ConvOptions, "channels" | "kernel" | "bias" | "initializer"> {
  readonly mode: Mode;
}

/**
 * Convolution of an image doubled by repetition: `[N, C, H, W]` to `[N, channels, 2 H, 2 W]`. Weights are those of `conv`. Training takes the short way to the
 * same numbers, before the image is doubled.
 *
 * @throws {@link ShapeError} when the kernel is even
 */
export function doubledConv(scope: Scope, x: Value, options: DoubledConvOptions): Value {
  const { channels, kernel, bias = true, initializer = convInit, mode } = options;
  const padding = sizeKeepingPadding(scope, kernel);
  if (mode !== "train") return conv(scope, upsampleNearest2d(x, 2), { channels, kernel, padding, bias, initializer });
  const weight = scope.parameter("weight", [channels, x.shape[1]!, kernel, kernel], initializer);
  return upsampledConv2d(x, weight, bias ? { bias: scope.parameter("bias", [channels], zerosInit) } : {});
}

/** Pixels of zeros on every side that let a convolution keep the size. @throws {@link ShapeError} when the kernel is even */
export function sizeKeepingPadding(scope: Scope, kernel: number): number {
  if (kernel % 2 === 1) return (kernel - 1) / 2;
  throw new ShapeError({ where: `"${scope.path}"`, expected: "an odd kernel", received: `${kernel}` });
}
