import type { Op, Value } from "../graph.ts";
import { inferUnary } from "./elementwise.ts";
import { mul } from "./mul.ts";
import { sign } from "./sign.ts";

/** |x|; the derivative at 0 counts as 0. */
export function abs(x: Value): Value {
  return x.graph.apply(absOp, [x], {});
}

/** See {@link abs}. */
export const absOp: Op = {
  name: "abs",
  infer: inferUnary,
  gradient: ({ inputs: [x], dy }) => [() => mul(dy, sign(x!))],
  evaluate: (x) => Math.abs(x!),
};
