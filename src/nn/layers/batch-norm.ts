import type { Value } from "../../engine/graph.ts";
import { onesInit, zerosInit } from "../../engine/initializers.ts";
import { add, batchNorm as batchNormOp, detach, mul, reshape, rsqrt, sub } from "../../engine/ops/index.ts";
import type { Scope } from "../scope.ts";

/** Whether a network is being trained, or only used. */
export type Mode = "train" | "inference";

/** How batch normalisation keeps its running statistics. */
export interface BatchNormOptions {
  readonly mode: Mode;
  /** Share of the newest batch in the running statistics. */
  readonly momentum?: number;
  readonly epsilon?: number;
}

/**
 * Batch normalisation with trainable `scale` and `offset` `[C]`.
 *
 * In training each channel is normalised by its mean and variance over the batch `[N, H, W]`, and the states `runningMean` and
 * `runningVariance` follow them; in inference these two take their place, so that an image no longer depends on its neighbours.
 *
 * @see Ioffe & Szegedy, "Batch normalization", ICML 2015, algorithms 1 and 2
 */
export function batchNorm(scope: Scope, x: Value, { mode, momentum = 0.1, epsilon = 1e-5 }: BatchNormOptions): Value {
  const [batch, channels, height, width] = x.shape as [number, number, number, number];
  const scale = scope.parameter("scale", [channels], onesInit);
  const offset = scope.parameter("offset", [channels], zerosInit);
  const runningMean = scope.state("runningMean", [channels], zerosInit);
  const runningVariance = scope.state("runningVariance", [channels], onesInit);
  const constant = (value: number) => scope.graph.constant(value);

  if (mode === "inference") {
    // One multiplication and one addition per pixel: (x - m) g / s + b = x (g / s) + (b - m g / s).
    const gain = mul(scale, rsqrt(add(runningVariance, constant(epsilon))));
    const perChannel = (value: Value) => reshape(value, [1, channels, 1, 1]);
    return add(mul(x, perChannel(gain)), perChannel(sub(offset, mul(runningMean, gain))));
  }

  const { y, mean, variance } = batchNormOp(x, { scale, offset, epsilon });
  const count = batch * height * width;
  const follow = (state: Value, next: Value) =>
    scope.graph.assign(state, add(mul(state, constant(1 - momentum)), mul(detach(next), constant(momentum))));
  follow(runningMean, mean);
  follow(runningVariance, mul(variance, constant(count / Math.max(count - 1, 1)))); // unbiased, as PyTorch keeps it
  return y;
}
