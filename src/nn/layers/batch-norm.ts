import type { Value } from "../../engine/graph.ts";
import { onesInit, zerosInit } from "../../engine/initializers.ts";
import {
  add,
  batchNorm as batchNormOp,
  div,
  mul,
  neg,
  reshape,
  scaleShift,
  sqrt,
  sub,
} from "../../engine/ops/index.ts";
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
 * What is normalised are differences from the running mean, which changes nothing but rounding: a convolution before subtracts it in
 * passing, and about zero the variance takes a pass less.
 *
 * @see Ioffe & Szegedy, "Batch normalization", ICML 2015, algorithms 1 and 2
 */
export function batchNorm(scope: Scope, x: Value, { mode, momentum = 0.1, epsilon = 1e-5 }: BatchNormOptions): Value {
  const [batch, channels, height, width] = x.shape as [number, number, number, number];
  const scale = scope.parameter("scale", [channels], onesInit);
  const offset = scope.parameter("offset", [channels], zerosInit);
  const runningMean = scope.state("runningMean", [channels], zerosInit);
  const runningVariance = scope.state("runningVariance", [channels], onesInit);

  const perChannel = (value: Value) => reshape(value, [1, channels, 1, 1]);

  if (mode === "inference") {
    const gain = div(scale, sqrt(add(runningVariance, epsilon)));
    return scaleShift(x, perChannel(gain), perChannel(sub(offset, mul(runningMean, gain))));
  }

  const fromMean = add(x, perChannel(neg(runningMean)));
  const { output, mean, variance } = batchNormOp(fromMean, { scale, offset, epsilon, aboutZero: true });
  const { graph } = scope;
  if (!graph.assignments.has(runningMean)) {
    const count = batch * height * width;
    const unbiased = mul(variance, count / Math.max(count - 1, 1)); // as PyTorch keeps it
    graph.assign(runningMean, add(runningMean, mul(mean, momentum))); // the mean of differences is how far it has to go
    graph.assign(runningVariance, add(mul(runningVariance, 1 - momentum), mul(unbiased, momentum)));
  }
  return output;
}
