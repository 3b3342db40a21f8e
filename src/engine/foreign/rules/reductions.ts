import type { Shape } from "../../../core/shape.ts";
import type { Value } from "../../graph.ts";
import { abs, log, logSumExp, max, mean, min, reshape, sqrt, square, sum } from "../../ops/index.ts";
import type { ForeignNode, ForeignRule } from "../foreign-node.ts";
import { reducedAxesOf } from "../layout.ts";

/** Sums, means and norms over axes. */
export const reductionRules: Readonly<Record<string, ForeignRule>> = {
  ReduceL1: reduced((x, axes) => sum(abs(x), { axes, keepDims: true })),
  ReduceL2: reduced((x, axes) => sqrt(sum(square(x), { axes, keepDims: true }))),
  ReduceLogSum: reduced((x, axes) => log(sum(x, { axes, keepDims: true }))),
  ReduceLogSumExp: reduced((x, axes) => logSumExp(x, { axes, keepDims: true })),
  ReduceMax: reduced((x, axes) => max(x, { axes, keepDims: true })),
  ReduceMin: reduced((x, axes) => min(x, { axes, keepDims: true })),
  ReduceMean: reduced((x, axes) => mean(x, { axes, keepDims: true })),
  ReduceSum: reduced((x, axes) => sum(x, { axes, keepDims: true })),
  ReduceSumSquare: reduced((x, axes) => sum(square(x), { axes, keepDims: true })),
};

/** Rule of a reduction whose axes stay with extent 1; they go afterwards where the node says so. */
export function reduced(build: (x: Value, axes: Shape) => Value): ForeignRule {
  return (node: ForeignNode) => {
    const x = node.value(0);
    const axes = reducedAxesOf(node);
    const kept = build(x, axes);
    return node.int("keepdims", 1)
      ? kept
      : reshape(
          kept,
          x.shape.filter((_, axis) => !axes.includes(axis)),
        );
  };
}
