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

/** See {@link silu}; with s = sigmoid(x) its derivative is s + y · (1 − s), two passes less than by the product rule. */
export const siluOp: Op = {
  name: "silu",
  infer: inferUnary,
  gradient: ({ inputs: [x], y, dy }) => [
    () => {
      const s = sigmoid(x!);
      return mul(dy, add(s, mul(y, sub(1, s))));
    },
  ],
};
