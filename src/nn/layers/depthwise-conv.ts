import type { Value } from "../../engine/graph.ts";
import { heInit, type Initializer } from "../../engine/initializers.ts";
import { conv2d } from "../../engine/ops/index.ts";
import type { Scope } from "../scope.ts";

/** How a depthwise convolution is made. It has no offset: a normalisation follows. */
export interface DepthwiseConvOptions {
  /** Side of the square kernel, odd. */
  readonly kernel: number;
  readonly stride?: number;
  readonly initializer?: Initializer;
}

/** Every channel convolved with a kernel of its own, `weight` `[C, 1, kernel, kernel]`: `[N, C, H, W]` to `[N, C, H/stride, W/stride]`. */
export function depthwiseConv(
  scope: Scope,
  x: Value,
  { kernel, stride = 1, initializer = heInit() }: DepthwiseConvOptions,
): Value {
  const channels = x.shape[1]!;
  const weight = scope.parameter("weight", [channels, 1, kernel, kernel], initializer);
  return conv2d(x, weight, { stride, padding: (kernel - 1) / 2, groups: channels });
}
