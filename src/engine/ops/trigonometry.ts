/** Sine and cosine, each the other's derivative. */

import type { Op, Value } from "../graph.ts";
import { inferUnary } from "./elementwise.ts";
import { mul } from "./mul.ts";
import { neg } from "./neg.ts";

/** Sine of radians. */
export function sin(x: Value): Value {
  return x.graph.apply(sinOp, [x], {});
}

/** Cosine of radians. */
export function cos(x: Value): Value {
  return x.graph.apply(cosOp, [x], {});
}

/** See {@link sin}. */
export const sinOp: Op = {
  name: "sin",
  infer: inferUnary,
  gradient: ({ inputs: [x], dy }) => [() => mul(dy, cos(x!))],
  evaluate: (x) => Math.sin(x!),
};

/** See {@link cos}. */
export const cosOp: Op = {
  name: "cos",
  infer: inferUnary,
  gradient: ({ inputs: [x], dy }) => [() => neg(mul(dy, sin(x!)))],
  evaluate: (x) => Math.cos(x!),
};
