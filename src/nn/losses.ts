/**
 * Losses: compositions of operators that end in one number, the mean over all elements unless said otherwise.
 *
 * A `weight` multiplies each element before the mean over their number (not over the sum of weights), as in PyTorch.
 */

import { GraphError } from "../core/errors.ts";
import type { Value } from "../engine/graph.ts";
import {
  abs,
  add,
  clamp,
  detach,
  exp,
  log,
  mean,
  mul,
  relu,
  softplus,
  split,
  square,
  sub,
  sum,
} from "../engine/ops/index.ts";

/** What a weighted loss can be told. */
export interface WeightedLossOptions {
  /** Importance of each element, broadcast over the rest: `[N, 1, H, W]` weighs pixels. */
  readonly weight?: Value;
}

const weighted = (losses: Value, weight: Value | undefined) => mean(weight ? mul(losses, weight) : losses);

/** Mean absolute difference. */
export function l1(prediction: Value, target: Value, { weight }: WeightedLossOptions = {}): Value {
  return weighted(abs(sub(prediction, target)), weight);
}

/** Mean squared difference. */
export function mse(prediction: Value, target: Value, { weight }: WeightedLossOptions = {}): Value {
  return weighted(square(sub(prediction, target)), weight);
}

/**
 * Squared for small differences, linear for large ones: mean of d²/2 where |d| ≤ δ and δ (|d| - δ/2) beyond.
 *
 * @see Huber, Ann. Math. Statist. 35, 73 (1964)
 */
export function huber(
  prediction: Value,
  target: Value,
  { delta = 1, weight }: WeightedLossOptions & { readonly delta?: number } = {},
): Value {
  const difference = sub(prediction, target);
  // With c = d clamped to ±δ both branches are c (d - c/2), and so is the slope: c.
  const clamped = clamp(difference, { min: -delta, max: delta });
  return weighted(mul(clamped, sub(difference, mul(clamped, 0.5))), weight);
}

/** Binary cross-entropy of logits against targets in [0, 1], as softplus(x) - x t: no logarithm of a rounded zero for any logit. */
export function bceWithLogits(logits: Value, target: Value, { weight }: WeightedLossOptions = {}): Value {
  return weighted(sub(softplus(logits), mul(logits, target)), weight);
}

/**
 * Least-squares adversarial loss: mean squared distance of the scores from 1 for images taken as real, from 0 for others.
 *
 * @see Mao et al., "Least squares generative adversarial networks", ICCV 2017
 */
export function lsgan(scores: Value, isReal: boolean): Value {
  return mean(square(isReal ? sub(scores, 1) : scores));
}

/**
 * Cross-entropy over the channels: mean over pixels of log Σ exp(x) - Σ t x.
 *
 * @param logits one channel per class, `[N, C, H, W]`
 * @param target probability of each class, usually 0 and 1: `[N, C, H, W]`
 * @throws {@link GraphError} when there are no classes to choose between
 */
export function crossEntropyWithLogits(logits: Value, target: Value, { weight }: WeightedLossOptions = {}): Value {
  const classes = logits.shape[1] ?? 0;
  if (classes < 2)
    throw new GraphError({
      where: "crossEntropyWithLogits",
      expected: "two or more classes along axis 1",
      received: `${classes}`,
      fix: "Use bceWithLogits for a single channel.",
    });
  const shift = detach(channelMaximum(logits)); // [N, 1, H, W]; keeps exp from overflowing and cancels out
  const overChannels = { axes: [1], keepDims: true };
  const logSum = add(log(sum(exp(sub(logits, shift)), overChannels)), shift);
  return weighted(sub(logSum, sum(mul(target, logits), overChannels)), weight);
}

/** Largest value over the channels, `[N, C, H, W]` to `[N, 1, H, W]`, from max(a, b) = a + relu(b - a): classes are few. */
function channelMaximum(x: Value): Value {
  const channels = split(x, { axis: 1, lengths: Array.from({ length: x.shape[1]! }, () => 1) });
  return channels.reduce((largest, channel) => add(largest, relu(sub(channel, largest))));
}
