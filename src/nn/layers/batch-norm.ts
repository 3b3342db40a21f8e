import type { Value, Variable } from "../../engine/graph.ts";
import { onesInit, zerosInit } from "../../engine/initializers.ts";
import { add, batchNorm as batchNormOp, div, mul, reshape, scaleShift, sqrt, sub } from "../../engine/ops/index.ts";
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
 * `runningVariance` follow them (those of the first batch, when one step applies the layer to several). In inference these two take
 * the batch's place, so that an image no longer depends on its neighbours.
 *
 * @see Ioffe & Szegedy, "Batch normalization", ICML 2015, algorithms 1 and 2
 */
export function batchNorm(scope: Scope, x: Value, { mode, momentum = 0.1, epsilon = 1e-5 }: BatchNormOptions): Value {
  const [batch, channels, height, width] = x.shape as [number, number, number, number];
  const scale = scope.parameter("scale", [channels], onesInit);
  const offset = scope.parameter("offset", [channels], zerosInit);
  const runningMean = scope.state("runningMean", [channels], zerosInit);
  const runningVariance = scope.state("runningVariance", [channels], onesInit);

  if (mode === "inference") {
    const gain = div(scale, sqrt(add(runningVariance, epsilon)));
    const perChannel = (value: Value) => reshape(value, [1, channels, 1, 1]);
    return scaleShift(x, perChannel(gain), perChannel(sub(offset, mul(runningMean, gain))));
  }

  const { output, mean, variance } = batchNormOp(x, { scale, offset, epsilon });
  const { graph } = scope;
  const follow = (state: Variable, newest: Value) => {
    if (!graph.assignments.has(state)) graph.assign(state, add(mul(state, 1 - momentum), mul(newest, momentum)));
  };
  const count = batch * height * width;
  follow(runningMean, mean);
  follow(runningVariance, mul(variance, count / Math.max(count - 1, 1))); // unbiased, as PyTorch keeps it
  return output;
}
