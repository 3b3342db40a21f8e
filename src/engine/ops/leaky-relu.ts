import type { Op, Value } from "../graph.ts";
import { inferUnary } from "./elementwise.ts";
import { mul } from "./mul.ts";

/** x where positive, slope · x elsewhere. @see Maas, Hannun & Ng, ICML 2013 workshop */
export function leakyRelu(x: Value, slope = 0.01): Value {
  return x.graph.apply(leakyReluOp, [x], { slope });
}

/** Derivative of {@link leakyRelu} by x: 1 where x is positive, slope elsewhere (0 ≤ slope ≤ 1); itself without derivative. */
export function kinkSlope(x: Value, slope: number): Value {
  return x.graph.apply(kinkSlopeOp, [x], { slope });
}

/** See {@link leakyRelu}. */
export const leakyReluOp: Op<{ slope: number }> = {
  name: "leakyRelu",
  infer: inferUnary,
  gradient: ({ inputs: [x], attributes: { slope }, dy }) => [() => mul(dy, kinkSlope(x!, slope))],
};

/** See {@link kinkSlope}. */
export const kinkSlopeOp: Op<{ slope: number }> = {
  name: "kinkSlope",
  infer: inferUnary,
  gradient: () => [undefined],
};
