import type { Op, Value } from "../graph.ts";
import { abs } from "./abs.ts";
import { inferUnary } from "./elementwise.ts";
import { mul } from "./mul.ts";
import { sign } from "./sign.ts";
import { sub } from "./sub.ts";

/** x kept within [min, max]; the derivative is 1 inside and on the bounds, 0 outside. */
export function clamp(x: Value, { min = -Infinity, max = Infinity }: { min?: number; max?: number }): Value {
  return x.graph.apply(clampOp, [x], { min: `${min}`, max: `${max}` });
}

/** See {@link clamp}; bounds are texts because JSON, which tells nodes apart, has no infinity. */
export const clampOp: Op<{ min: string; max: string }> = {
  name: "clamp",
  infer: inferUnary,
  // A number was moved or it was not: cheaper to ask than two comparisons
  gradient: ({ inputs: [x], y, dy }) => [() => mul(dy, sub(1, abs(sign(sub(x!, y)))))],
};
