import type { Op, Value } from "../graph.ts";
import { inferUnary } from "./elementwise.ts";
import { mul } from "./mul.ts";
import { sub } from "./sub.ts";

/** Logistic function 1 / (1 + e⁻ˣ). */
export function sigmoid(x: Value): Value {
  return x.graph.apply(sigmoidOp, [x], {});
}

/** See {@link sigmoid}. */
export const sigmoidOp: Op = {
  name: "sigmoid",
  infer: inferUnary,
  gradient: ({ y, dy }) => [() => mul(dy, mul(y, sub(1, y)))],
  evaluate: (x) => 1 / (1 + Math.exp(-x!)),
};
