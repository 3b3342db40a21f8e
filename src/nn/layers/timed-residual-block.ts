import type { Value } from "../../engine/graph.ts";
import { fanInInit, zerosInit } from "../../engine/initializers.ts";
import { add, reshape, scaleShift, silu, split } from "../../engine/ops/index.ts";
import type { Scope } from "../scope.ts";
import type { Mode } from "./batch-norm.ts";
import { conv } from "./conv.ts";
import { dropout } from "./dropout.ts";
import { groupNorm } from "./group-norm.ts";
import { linear } from "./linear.ts";

/** How a residual block is told the time: it adds an offset to every channel, or also stretches it, after the normalisation. */
export type TimeCondition = "add" | "scale-shift";

/** How a residual block with a time is made. */
export interface TimedResidualBlockOptions {
  /** Output channels. */
  readonly channels: number;
  readonly groups: number;
  readonly timeCondition: TimeCondition;
  /** Probability that a number between the convolutions is dropped in training. */
  readonly dropout?: number;
  readonly mode: Mode;
}

/**
 * `x + conv(silu(norm(conv(silu(norm(x))))))`, in the middle of which stands the time: `[N, C, H, W]` to `[N, channels, H, W]`.
 *
 * Where the number of channels changes, the sum takes x through a 1×1 convolution. The last convolution starts at 0, so that a new
 * block changes nothing.
 *
 * @param time embedding `[N, D]`, before its non-linearity
 * @see Ho, Jain & Abbeel, NeurIPS 2020, appendix B, for "add"; Nichol & Dhariwal, ICML 2021, section 3, for "scale-shift"
 */
export function timedResidualBlock(scope: Scope, x: Value, time: Value, options: TimedResidualBlockOptions): Value {
  const { channels, groups, timeCondition, dropout: rate = 0, mode } = options;
  const initializer = fanInInit();
  const normalized = (name: string, value: Value) => groupNorm(scope.at(name), value, { groups });
  const shared = { channels, kernel: 3, padding: 1 };

  const h = conv(scope.at("conv1"), silu(normalized("norm1", x)), { ...shared, initializer }); // [N, channels, H, W]
  const features = timeCondition === "add" ? channels : 2 * channels;
  const told = linear(scope.at("time"), silu(time), { features, initializer });
  const perChannel = reshape(told, [x.shape[0]!, features, 1, 1]);
  const timed =
    timeCondition === "add" ? normalized("norm2", add(h, perChannel)) : stretched(normalized("norm2", h), perChannel);
  const dropped = dropout(scope.at("dropout"), silu(timed), { rate, mode });
  const change = conv(scope.at("conv2"), dropped, { ...shared, initializer: zerosInit });
  const kept = x.shape[1] === channels ? x : conv(scope.at("skip"), x, { channels, kernel: 1, initializer });
  return add(kept, change);
}

/** `x · (1 + scale) + shift`, the two from one array `[N, 2 C, 1, 1]`. */
function stretched(x: Value, both: Value): Value {
  const channels = x.shape[1]!;
  const [scale, shift] = split(both, { axis: 1, lengths: [channels, channels] }) as [Value, Value];
  return scaleShift(x, add(scale, 1), shift);
}
