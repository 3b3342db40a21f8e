import type { Op, Value } from "../graph.ts";
import { inferUnary } from "./elementwise.ts";
import { mul } from "./mul.ts";

/** x². */
export function square(x: Value): Value {
  return x.graph.apply(squareOp, [x], {});
}

/** See {@link square}. */
export const squareOp: Op = {
  name: "square",
  infer: inferUnary,
  gradient: ({ inputs: [x], dy }) => [() => mul(dy, mul(x!, 2))],
  evaluate: (x) => x! * x!,
};
