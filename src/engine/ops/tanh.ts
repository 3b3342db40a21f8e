import type { Op, Value } from "../graph.ts";
import { inferUnary } from "./elementwise.ts";
import { mul } from "./mul.ts";
import { square } from "./square.ts";
import { sub } from "./sub.ts";

/** Hyperbolic tangent. */
export function tanh(x: Value): Value {
  return x.graph.apply(tanhOp, [x], {});
}

/** See {@link tanh}. */
export const tanhOp: Op = {
  name: "tanh",
  infer: inferUnary,
  gradient: ({ y, dy }) => [() => mul(dy, sub(1, square(y)))],
  evaluate: (x) => Math.tanh(x!),
};
