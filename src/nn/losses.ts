/**
 * Losses: compositions of operators that end in one number, the mean over all elements unless said otherwise.
 *
 * A `weight` multiplies each element before the mean over their number (not over the sum of weights), as in PyTorch.
 */

import { GraphError } from "../core/errors.ts";
import { gradient } from "../engine/gradient.ts";
import type { Value } from "../engine/graph.ts";
import {
  abs,
  add,
  clamp,
  div,
  exp,
  logSumExp,
  maximum,
  mean,
  mul,
  neg,
  oneHot,
  relu,
  separable2d,
  softplus,
  sqrt,
  square,
  sub,
  sum,
  type Taps,
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

/** The critic's loss of a Wasserstein GAN: scores of real images are raised, those of others lowered. The generator's is that of real ones. */
export function wasserstein(scores: Value, isReal: boolean): Value {
  return isReal ? neg(mean(scores)) : mean(scores);
}

/**
 * Hinge loss of a discriminator: scores of real images are raised to 1, those of others lowered to -1, and no further. The generator's
 * loss beside it is {@link wasserstein}.
 *
 * @see Lim & Ye, "Geometric GAN", arXiv:1705.02894
 */
export function hinge(scores: Value, isReal: boolean): Value {
  return mean(relu(isReal ? sub(1, scores) : add(scores, 1)));
}

/**
 * How far the critic's slope is from 1: mean over the batch of (‖∂ scores / ∂ images‖ - 1)².
 *
 * @param scores of the images, any shape; they must not depend on one another across the batch (no batch normalisation)
 * @param images `[N, ...]`, in WGAN-GP random mixtures of real and generated ones
 * @see Gulrajani et al., "Improved training of Wasserstein GANs", NeurIPS 2017
 */
export function gradientPenalty(scores: Value, images: Value): Value {
  const [slopes] = gradient(sum(scores), [images]);
  const squares = sum(square(slopes!), { axes: images.shape.slice(1).map((_, i) => i + 1) }); // [N]
  return mean(square(sub(sqrt(add(squares, 1e-12)), 1))); // the small number keeps the derivative at 0 finite
}

/** What a classification loss can be told. */
export interface CrossEntropyOptions extends WeightedLossOptions {
  /** Importance of each class. */
  readonly classWeights?: readonly number[];
  /** Share of the target that is spread evenly over all classes. */
  readonly labelSmoothing?: number;
}

/**
 * Cross-entropy over the channels: mean over pixels of log Σ exp(x) - Σ t x.
 *
 * @param logits one channel per class, `[N, C, H, W]`, `[N, C]` or any number of axes behind the second
 * @param target probability of each class, usually 0 and 1, of the logits' shape; or int32 classes without that axis, `[N, H, W]`. Pixels
 * whose number is no class (-1, 255) do not count. With classes the mean is over their weights, with probabilities over pixels, as in PyTorch
 * @throws {@link GraphError} when there are no classes to choose between
 */
export function crossEntropyWithLogits(
  logits: Value,
  target: Value,
  { weight, classWeights, labelSmoothing = 0 }: CrossEntropyOptions = {},
): Value {
  const classes = logits.shape[1] ?? 0;
  if (classes < 2 || (classWeights && classWeights.length !== classes))
    throw new GraphError({
      where: "crossEntropyWithLogits",
      expected: "two or more classes along axis 1, and as many weights if any",
      received: `${classes} and ${classWeights?.length ?? "no weights"}`,
      fix: "Use bceWithLogits for a single channel.",
    });
  const overChannels = { axes: [1], keepDims: true };
  const perClass = [classes, ...logits.shape.slice(2).map(() => 1)];
  const importance = classWeights && logits.graph.constant(Float32Array.from(classWeights), perClass);
  const important = (t: Value) => (importance ? mul(t, importance) : t);
  const isNumbered = target.dataType === "int32";
  const wanted = isNumbered ? oneHot(target, { classes }) : target;
  const named = isNumbered ? sum(wanted, overChannels) : logits.graph.constant(1); // 0 where no class is named
  const smooth =
    labelSmoothing === 0 ? wanted : add(mul(wanted, 1 - labelSmoothing), mul(named, labelSmoothing / classes));
  const t = important(smooth);
  const total = importance ? sum(t, overChannels) : named;
  const losses = sub(mul(logSumExp(logits, overChannels), total), sum(mul(t, logits), overChannels));
  if (!isNumbered) return weighted(losses, weight);
  return div(sum(weight ? mul(losses, weight) : losses), maximum(sum(important(wanted)), 1e-12));
}

/**
 * Binary cross-entropy that looks away from what is right already: mean of -αₜ (1 - pₜ)^γ log pₜ, with pₜ the probability given to the truth.
 *
 * @param target 0 or 1
 * @param options.balance α, the importance of ones; that of zeros is 1 - α. No balancing unless given
 * @see Lin et al., "Focal loss for dense object detection", ICCV 2017
 */
export function focal(
  logits: Value,
  target: Value,
  { gamma = 2, balance, weight }: WeightedLossOptions & { readonly gamma?: number; readonly balance?: number } = {},
): Value {
  const towards = mul(logits, sub(mul(target, 2), 1)); // logit of the truth; 1 - pₜ = exp(-softplus) never rounds to 0
  const losses = mul(softplus(neg(towards)), exp(mul(softplus(towards), -gamma)));
  if (balance === undefined) return weighted(losses, weight);
  return weighted(mul(losses, add(mul(target, 2 * balance - 1), 1 - balance)), weight);
}

/** Smooth absolute difference: mean of √(d² + ε²). @see Charbonnier et al., ICIP 1994 */
export function charbonnier(
  prediction: Value,
  target: Value,
  { epsilon = 1e-3, weight }: WeightedLossOptions & { readonly epsilon?: number } = {},
): Value {
  return weighted(sqrt(add(square(sub(prediction, target)), epsilon ** 2)), weight);
}

/** How images are compared for structure. */
export interface SsimOptions {
  /** Difference between the largest and the smallest possible number. */
  readonly range?: number;
  /** Standard deviation of the Gaussian window, in pixels. */
  readonly sigma?: number;
  /** Pixels from the middle of the window to its border; where it does not fit into the image nothing is compared. */
  readonly radius?: number;
}

/**
 * One minus the mean structural similarity of images `[N, C, H, W]`: 0 for equal ones, 1 for unrelated ones. Every channel by itself.
 *
 * @see Wang et al., "Image quality assessment: from error visibility to structural similarity", IEEE Trans. Image Process. 13, 600 (2004)
 */
export function ssim(
  prediction: Value,
  target: Value,
  { range = 1, sigma = 1.5, radius = 5 }: SsimOptions = {},
): Value {
  const bell = Array.from({ length: 2 * radius + 1 }, (_, i) => Math.exp(-(((i - radius) / sigma) ** 2) / 2));
  const total = bell.reduce((a, b) => a + b);
  const taps: Taps = (output) => bell.map((weight, i) => [output + i, weight / total] as const);
  const inside = prediction.shape.slice(2).map((extent) => extent - 2 * radius);
  const local = (image: Value) => separable2d(image, inside, [taps, taps]);

  const [meanP, meanT] = [local(prediction), local(target)];
  const both = mul(meanP, meanT);
  const squares = add(square(meanP), square(meanT));
  const covariance = sub(local(mul(prediction, target)), both);
  const variances = sub(local(add(square(prediction), square(target))), squares);
  const [c1, c2] = [(0.01 * range) ** 2, (0.03 * range) ** 2];
  const luminance = div(add(mul(both, 2), c1), add(squares, c1));
  const structure = div(add(mul(covariance, 2), c2), add(variances, c2));
  return sub(1, mean(mul(luminance, structure)));
}
