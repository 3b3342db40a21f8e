/** Softmax and its logarithm. None overflows: the largest number is taken off first, which changes nothing. */

import type { Op, Value } from "../graph.ts";
import { add } from "./add.ts";
import { detach } from "./detach.ts";
import { inferUnary } from "./elementwise.ts";
import { exp } from "./exp.ts";
import { log } from "./log.ts";
import { max } from "./max.ts";
import { mul } from "./mul.ts";
import { sub } from "./sub.ts";
import { dropAxes, type ReduceOptions, reducedAxes, sum } from "./sum.ts";

/** `exp(x) / Σ exp(x)` along an axis, the last unless given: numbers become probabilities. */
export function softmax(x: Value, axis = -1): Value {
  const [positive] = reducedAxes("softmax", x.shape, [axis]);
  return x.graph.apply(softmaxOp, [x], { axis: positive! });
}

/** `log Σ exp(x)` over axes (all unless given), a smooth maximum; its gradient is the softmax. */
export function logSumExp(x: Value, { axes, keepDims = false }: ReduceOptions = {}): Value {
  const reduced = reducedAxes("logSumExp", x.shape, axes);
  const over = { axes: reduced, keepDims: true };
  const shift = detach(max(x, over)); // cancels out, so no derivative has to flow through it
  const kept = add(log(sum(exp(sub(x, shift)), over)), shift);
  return keepDims ? kept : dropAxes(kept, reduced);
}

/** Logarithm of {@link softmax}: `x − log Σ exp(x)`, also where a probability is too small for float32. */
export function logSoftmax(x: Value, axis = -1): Value {
  return sub(x, logSumExp(x, { axes: [axis], keepDims: true }));
}

/** See {@link softmax}; an operator because its gradient `y · (dy − Σ dy·y)` needs neither exponential nor division. */
export const softmaxOp: Op<{ axis: number }> = {
  name: "softmax",
  infer: inferUnary,
  gradient: ({ attributes: { axis }, y, dy }) => [
    () => mul(y, sub(dy, sum(mul(dy, y), { axes: [axis], keepDims: true }))),
  ],
};
