import type { Op, Value } from "../graph.ts";
import { inferUnary } from "./elementwise.ts";
import { exp } from "./exp.ts";
import { mul } from "./mul.ts";
import { neg } from "./neg.ts";
import { square } from "./square.ts";

/** Error function `2/√π ∫₀ˣ exp(−t²) dt`. */
export function erf(x: Value): Value {
  return x.graph.apply(erfOp, [x], {});
}

/** See {@link erf}. */
export const erfOp: Op = {
  name: "erf",
  infer: inferUnary,
  gradient: ({ inputs: [x], dy }) => [() => mul(dy, mul(exp(neg(square(x!))), 2 / Math.sqrt(Math.PI)))],
};
