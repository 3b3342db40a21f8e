import type { Op, Value } from "../graph.ts";
import { inferUnary } from "./elementwise.ts";
import { mul } from "./mul.ts";
import { sigmoid } from "./sigmoid.ts";

/** log(1 + eˣ), without overflow. */
export function softplus(x: Value): Value {
  return x.graph.apply(softplusOp, [x], {});
}

/** See {@link softplus}. */
export const softplusOp: Op = {
  name: "softplus",
  infer: inferUnary,
  gradient: ({ inputs: [x], dy }) => [() => mul(dy, sigmoid(x!))],
  evaluate: (x) => Math.max(x!, 0) + Math.log1p(Math.exp(-Math.abs(x!))),
};
