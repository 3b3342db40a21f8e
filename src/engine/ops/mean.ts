import { sizeOf } from "../../core/shape.ts";
import type { Op, Value } from "../graph.ts";
import { mul } from "./mul.ts";
import { broadcastTo, dropAxes, keptShape, type ReduceOptions, reducedAxes } from "./sum.ts";

/** Mean over axes (all unless given); a full mean is a scalar `[]`. */
export function mean(x: Value, { axes, keepDims = false }: ReduceOptions = {}): Value {
  const reduced = reducedAxes("mean", x.shape, axes);
  const kept = x.graph.apply(meanOp, [x], { axes: reduced });
  return keepDims ? kept : dropAxes(kept, reduced);
}

/** Mean that keeps the reduced axes with extent 1. */
export const meanOp: Op<{ axes: readonly number[] }> = {
  name: "mean",
  infer: ([x], { axes }) => ({ shape: keptShape(x!.shape, axes), dataType: x!.dataType }),
  gradient: ({ inputs: [x], y, dy }) => [() => broadcastTo(mul(dy, sizeOf(y.shape) / sizeOf(x!.shape)), x!.shape)],
  simplify: ([x], { axes }) => (axes.every((axis) => x!.shape[axis] === 1) ? x : undefined),
};
