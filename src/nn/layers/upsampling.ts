import type { Value } from "../../engine/graph.ts";
import type { Initializer } from "../../engine/initializers.ts";
import { upsampleBilinear2d } from "../../engine/ops/index.ts";
import type { Scope } from "../scope.ts";
import type { Mode } from "./batch-norm.ts";
import { conv } from "./conv.ts";
import { convTranspose } from "./conv-transpose.ts";
import { doubledConv } from "./doubled-conv.ts";

/** What an upsampling layer needs to know of its convolution. */
export interface UpsamplingOptions {
  readonly channels: number;
  readonly initializer?: Initializer;
  readonly mode: Mode;
}

/**
 * Layers that double the size and then, or at once, convolve: `[N, C, H, W]` to `[N, channels, 2 H, 2 W]`.
 *
 * Transposed convolution is what the CycleGAN paper used; it can weave a checkerboard. Nearest and bilinear cannot
 * (Odena, Dumoulin & Olah, Distill 2016), and bilinear leaves the least energy above a low-pass.
 */
export const upsamplings = {
  transposed: (scope, x, { mode: _, ...options }) =>
    convTranspose(scope, x, { ...options, kernel: 3, stride: 2, padding: 1, outputPadding: 1 }),
  nearest: (scope, x, options) => doubledConv(scope, x, { ...options, kernel: 3 }),
  bilinear: (scope, x, { mode: _, ...options }) =>
    conv(scope, upsampleBilinear2d(x, 2), { ...options, kernel: 3, padding: 1 }),
} as const satisfies Record<string, (scope: Scope, x: Value, options: UpsamplingOptions) => Value>;

/** Name of an upsampling layer. */
export type UpsamplingName = keyof typeof upsamplings;
