import type { Op, Value } from "../graph.ts";
import { div } from "./div.ts";
import { inferUnary } from "./elementwise.ts";
import { mul } from "./mul.ts";

/** √x; its derivative is infinite at 0. */
export function sqrt(x: Value): Value {
  return x.graph.apply(sqrtOp, [x], {});
}

/** See {@link sqrt}. */
export const sqrtOp: Op = {
  name: "sqrt",
  infer: inferUnary,
  gradient: ({ y, dy }) => [() => div(mul(dy, 0.5), y)],
  evaluate: (x) => Math.sqrt(x!),
};
