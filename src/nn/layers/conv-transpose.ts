import type { Value } from "../../engine/graph.ts";
import { type Initializer, zerosInit } from "../../engine/initializers.ts";
import { add, convTranspose2d, reshape } from "../../engine/ops/index.ts";
import { convInit } from "../initializers.ts";
import type { Scope } from "../scope.ts";

/** How a transposed convolution is made; numbers mean the same as in the convolution that it turns round. */
export interface ConvTransposeOptions {
  /** Output channels. */
  readonly channels: number;
  readonly kernel: number;
  readonly stride?: number;
  readonly padding?: number;
  /** Rows and columns added at the end, because several input sizes give the same output size of the turned convolution. */
  readonly outputPadding?: number;
  readonly bias?: boolean;
  readonly initializer?: Initializer;
}

/**
 * Transposed convolution with trainable `weight` `[C, channels, kernel, kernel]` and `bias` `[channels]`: `[N, C, H, W]` to
 * `[N, channels, (H - 1) stride - 2 padding + kernel + outputPadding, …]`.
 */
export function convTranspose(scope: Scope, x: Value, options: ConvTransposeOptions): Value {
  const { channels, kernel, stride = 1, padding = 0, outputPadding = 0, bias = true, initializer = convInit } = options;
  const weight = scope.parameter("weight", [x.shape[1]!, channels, kernel, kernel], initializer);
  const outputSize = x.shape.slice(2).map((extent) => (extent - 1) * stride - 2 * padding + kernel + outputPadding);
  const y = convTranspose2d(x, weight, { stride, padding, outputSize });
  return bias ? add(y, reshape(scope.parameter("bias", [channels], zerosInit), [1, channels, 1, 1])) : y;
}
