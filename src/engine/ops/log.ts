import type { Op, Value } from "../graph.ts";
import { div } from "./div.ts";
import { inferUnary } from "./elementwise.ts";

/** Natural logarithm. */
export function log(x: Value): Value {
  return x.graph.apply(logOp, [x], {});
}

/** See {@link log}. */
export const logOp: Op = {
  name: "log",
  infer: inferUnary,
  gradient: ({ inputs: [x], dy }) => [() => div(dy, x!)],
  evaluate: (x) => Math.log(x!),
};
