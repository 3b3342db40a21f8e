import type { Op, Value } from "../graph.ts";
import { inferUnary } from "./elementwise.ts";
import { reducedAxes } from "./sum.ts";

/** x read backwards along the given axes. */
export function flip(x: Value, axes: readonly number[]): Value {
  return x.graph.apply(flipOp, [x], { axes: reducedAxes("flip", x.shape, axes) });
}

/** See {@link flip}. */
export const flipOp: Op<{ axes: readonly number[] }> = {
  name: "flip",
  infer: inferUnary,
  gradient: ({ attributes: { axes }, dy }) => [() => flip(dy, axes)],
  simplify: ([x], { axes }) => (axes.every((axis) => x!.shape[axis] === 1) ? x : undefined),
};
