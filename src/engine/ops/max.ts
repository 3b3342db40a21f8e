/** Largest and smallest: along axes, and of pairs. Where several are equal they share the derivative evenly, as in PyTorch. */

import { graphOf, type Op, type Operand, type Value } from "../graph.ts";
import { add } from "./add.ts";
import { div } from "./div.ts";
import { inferBinary } from "./elementwise.ts";
import { greater } from "./greater.ts";
import { mul } from "./mul.ts";
import { neg } from "./neg.ts";
import { sign } from "./sign.ts";
import { sub } from "./sub.ts";
import { dropAxes, keptShape, type ReduceOptions, reducedAxes, sum, sumTo } from "./sum.ts";

/** Largest number over axes (all unless given). */
export function max(x: Value, { axes, keepDims = false }: ReduceOptions = {}): Value {
  const reduced = reducedAxes("max", x.shape, axes);
  const kept = x.graph.apply(maxOp, [x], { axes: reduced });
  return keepDims ? kept : dropAxes(kept, reduced);
}

/** Smallest number over axes (all unless given). */
export function min(x: Value, options: ReduceOptions = {}): Value {
  return neg(max(neg(x), options));
}

/** The larger of a and b, element by element, with broadcasting. */
export function maximum(a: Operand, b: Operand): Value {
  return graphOf(a, b).apply(maximumOp, [a, b], {});
}

/** The smaller of a and b, element by element, with broadcasting. */
export function minimum(a: Operand, b: Operand): Value {
  return graphOf(a, b).apply(minimumOp, [a, b], {});
}

/** Largest number over axes, which stay with extent 1. */
export const maxOp: Op<{ axes: readonly number[] }> = {
  name: "max",
  infer: ([x], { axes }) => ({ shape: keptShape(x!.shape, axes), dataType: x!.dataType }),
  gradient: ({ inputs: [x], attributes: { axes }, y, dy }) => [
    () => {
      const isLargest = sub(1, greater(y, x!));
      return mul(isLargest, div(dy, sum(isLargest, { axes, keepDims: true })));
    },
  ],
  simplify: ([x], { axes }) => (axes.every((axis) => x!.shape[axis] === 1) ? x : undefined),
};

/** Share of a in the derivative of `maximum(a, b)`: 1 where it is larger, ½ where both are equal, 0 elsewhere. */
function shareOfLarger(a: Value, b: Value): Value {
  return add(mul(sign(sub(a, b)), 0.5), 0.5);
}

/** See {@link maximum}. */
export const maximumOp: Op = {
  name: "maximum",
  infer: inferBinary("maximum"),
  gradient: ({ inputs: [a, b], dy }) => [
    () => sumTo(mul(dy, shareOfLarger(a!, b!)), a!.shape),
    () => sumTo(mul(dy, shareOfLarger(b!, a!)), b!.shape),
  ],
  evaluate: (a, b) => Math.max(a!, b!),
};

/** See {@link minimum}. */
export const minimumOp: Op = {
  name: "minimum",
  infer: inferBinary("minimum"),
  gradient: ({ inputs: [a, b], dy }) => [
    () => sumTo(mul(dy, shareOfLarger(b!, a!)), a!.shape),
    () => sumTo(mul(dy, shareOfLarger(a!, b!)), b!.shape),
  ],
  evaluate: (a, b) => Math.min(a!, b!),
};
