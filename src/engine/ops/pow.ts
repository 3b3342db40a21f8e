import type { Op, Value } from "../graph.ts";
import { inferUnary } from "./elementwise.ts";
import { mul } from "./mul.ts";

/** x to a fixed power; for a fractional one x must not be negative. */
export function pow(x: Value, exponent: number): Value {
  return x.graph.apply(powOp, [x], { exponent });
}

/** See {@link pow}. */
export const powOp: Op<{ exponent: number }> = {
  name: "pow",
  infer: inferUnary,
  gradient: ({ inputs: [x], attributes: { exponent }, dy }) => [() => mul(dy, mul(pow(x!, exponent - 1), exponent))],
  simplify: ([x], { exponent }) => {
    if (exponent === 1) return x;
    return exponent === 0 ? x!.graph.constant(1, x!.shape) : undefined;
  },
};
