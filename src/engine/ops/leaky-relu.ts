import type { Op, Value } from "../graph.ts";
import { inferUnary } from "./elementwise.ts";
import { greater } from "./greater.ts";
import { mul } from "./mul.ts";
import { where } from "./where.ts";

/** x where positive, slope · x elsewhere. @see Maas, Hannun & Ng, ICML 2013 workshop */
export function leakyRelu(x: Value, slope = 0.01): Value {
  return x.graph.apply(leakyReluOp, [x], { slope });
}

/** See {@link leakyRelu}. */
export const leakyReluOp: Op<{ slope: number }> = {
  name: "leakyRelu",
  infer: inferUnary,
  gradient: ({ inputs: [x], attributes: { slope }, dy }) => [() => where(greater(x!, 0), dy, mul(dy, slope))],
};
