import type { Value } from "../../engine/graph.ts";
import type { Initializer } from "../../engine/initializers.ts";
import { silu } from "../../engine/ops/index.ts";
import type { Scope } from "../scope.ts";
import type { Mode } from "./batch-norm.ts";
import { convNorm } from "./conv-norm.ts";

/** Convolution, batch normalisation and SiLU. */
export interface ConvSiluOptions {
  /** Output channels. */
  readonly channels: number;
  /** Side of the square kernel, odd. */
  readonly kernel: number;
  readonly stride?: number;
  readonly mode: Mode;
  readonly initializer?: Initializer;
}

/** `silu(norm(conv(x)))`, zeros around the image so that stride 1 keeps its size: `[N, C, H, W]` to `[N, channels, H/stride, W/stride]`. */
export function convSilu(scope: Scope, x: Value, options: ConvSiluOptions): Value {
  return silu(convNorm(scope, x, { ...options, padding: (options.kernel - 1) / 2, norm: "batch" }));
}
