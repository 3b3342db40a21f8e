import type { Op, Value } from "../graph.ts";
import { inferUnary } from "./elementwise.ts";
import { mul } from "./mul.ts";

/** eˣ. */
export function exp(x: Value): Value {
  return x.graph.apply(expOp, [x], {});
}

/** See {@link exp}. */
export const expOp: Op = {
  name: "exp",
  infer: inferUnary,
  gradient: ({ y, dy }) => [() => mul(dy, y)],
  evaluate: (x) => Math.exp(x!),
};
