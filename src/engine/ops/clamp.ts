import type { Op, Value } from "../graph.ts";
import { inferUnary } from "./elementwise.ts";
import { greater } from "./greater.ts";
import { where } from "./where.ts";

/** x kept within [min, max]; the derivative is 1 inside and on the bounds, 0 outside. */
export function clamp(x: Value, { min = -Infinity, max = Infinity }: { min?: number; max?: number }): Value {
  return x.graph.apply(clampOp, [x], { min: `${min}`, max: `${max}` });
}

/** See {@link clamp}; bounds are texts because JSON, which tells nodes apart, has no infinity. */
export const clampOp: Op<{ min: string; max: string }> = {
  name: "clamp",
  infer: inferUnary,
  gradient: ({ inputs: [x], attributes: { min, max }, dy }) => [
    () => where(greater(x!, Number(max)), 0, where(greater(Number(min), x!), 0, dy)),
  ],
};
