import type { Op, Value } from "../graph.ts";
import { inferUnary } from "./elementwise.ts";
import { kinkSlope } from "./leaky-relu.ts";
import { mul } from "./mul.ts";

/** max(x, 0); the derivative at 0 counts as 0. */
export function relu(x: Value): Value {
  return x.graph.apply(reluOp, [x], {});
}

/** See {@link relu}. */
export const reluOp: Op = {
  name: "relu",
  infer: inferUnary,
  gradient: ({ y, dy }) => [() => mul(dy, kinkSlope(y, 0))],
  evaluate: (x) => Math.max(x!, 0),
};
