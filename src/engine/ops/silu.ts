import type { Op, Value } from "../graph.ts";
import { add } from "./add.ts";
import { inferUnary } from "./elementwise.ts";
import { mul } from "./mul.ts";
import { sigmoid } from "./sigmoid.ts";
import { sub } from "./sub.ts";

/** x · sigmoid(x). @see Elfwing, Uchibe & Doya, Neural Networks 107 (2018) */
export function silu(x: Value): Value {
  return x.graph.apply(siluOp, [x], {});
}

/** See {@link silu}; with s = sigmoid(x) its derivative is s · (1 − y + x): what is in brackets can be one pass, and comes after s, so that it may write over x. */
export const siluOp: Op = {
  name: "silu",
  infer: inferUnary,
  gradient: ({ inputs: [x], y, dy }) => [() => mul(dy, mul(sigmoid(x!), add(sub(1, y), x!)))],
};
