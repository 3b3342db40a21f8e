/**
 * Activation functions that are made of other operators. Those with an operator of their own have their own file: relu, leakyRelu,
 * sigmoid, silu, softplus, tanh.
 *
 * Where a function differs left and right of zero, r = relu(x) is its right part and x − r its left: both have cheap derivatives.
 */

import type { Value } from "../graph.ts";
import { abs } from "./abs.ts";
import { add } from "./add.ts";
import { clamp } from "./clamp.ts";
import { div } from "./div.ts";
import { erf } from "./erf.ts";
import { exp } from "./exp.ts";
import { mul } from "./mul.ts";
import { relu } from "./relu.ts";
import { reshape } from "./reshape.ts";
import { softplus } from "./softplus.ts";
import { sub } from "./sub.ts";
import { tanh } from "./tanh.ts";

/**
 * x · Φ(x), with the normal distribution function Φ.
 *
 * @param options.approximate by `tanh`, as GPT-2 and many published weights have it; up to 5e-4 from the exact one
 * @see Hendrycks & Gimpel, arXiv:1606.08415
 */
export function gelu(x: Value, { approximate = "none" }: { approximate?: "none" | "tanh" } = {}): Value {
  const doubled =
    approximate === "none"
      ? erf(mul(x, Math.SQRT1_2))
      : tanh(mul(add(x, mul(mul(x, mul(x, x)), 0.044715)), Math.sqrt(2 / Math.PI)));
  return mul(x, add(mul(doubled, 0.5), 0.5));
}

/** x where positive, alpha · (eˣ − 1) elsewhere. @see Clevert, Unterthiner & Hochreiter, ICLR 2016 */
export function elu(x: Value, alpha = 1): Value {
  const r = relu(x);
  return add(r, mul(sub(exp(sub(x, r)), 1), alpha));
}

/** x where positive, alpha · (exp(x / alpha) − 1) elsewhere: differentiable for any alpha. @see Barron, arXiv:1704.07483 */
export function celu(x: Value, alpha = 1): Value {
  return mul(elu(mul(x, 1 / alpha)), alpha);
}

/** {@link elu} scaled so that layers keep mean 0 and variance 1. @see Klambauer et al., NeurIPS 2017 */
export function selu(x: Value): Value {
  return mul(elu(x, 1.6732632423543772), 1.0507009873554805);
}

/** x · tanh(softplus(x)). @see Misra, BMVC 2020 */
export function mish(x: Value): Value {
  return mul(x, tanh(softplus(x)));
}

/** x / (1 + |x|). */
export function softsign(x: Value): Value {
  return div(x, add(abs(x), 1));
}

/** Straight line from 0 at −3 to 1 at 3: `clamp(x / 6 + ½, 0, 1)`. @see Howard et al., "Searching for MobileNetV3", ICCV 2019 */
export function hardSigmoid(x: Value): Value {
  return clamp(add(mul(x, 1 / 6), 0.5), { min: 0, max: 1 });
}

/** x · hardSigmoid(x). @see Howard et al., "Searching for MobileNetV3", ICCV 2019 */
export function hardSwish(x: Value): Value {
  return mul(x, hardSigmoid(x));
}

/** x kept within [−1, 1], or other bounds. */
export function hardTanh(x: Value, { min = -1, max = 1 }: { min?: number; max?: number } = {}): Value {
  return clamp(x, { min, max });
}

/** x kept within [0, 6]. */
export function relu6(x: Value): Value {
  return clamp(x, { min: 0, max: 6 });
}

/**
 * x where positive, slope · x elsewhere, with a learned slope: one for all `[1]`, or one per channel of x `[N, C, …]`, `[C]`.
 *
 * @see He et al., "Delving deep into rectifiers", ICCV 2015
 */
export function prelu(x: Value, slope: Value): Value {
  const r = relu(x);
  const perChannel = reshape(slope, [-1, ...x.shape.slice(2).map(() => 1)]);
  return add(r, mul(sub(x, r), perChannel));
}
