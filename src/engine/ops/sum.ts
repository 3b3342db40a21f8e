/** Sum over axes and its adjoint, the repetition along axes: each is the other's gradient, so they share a file. */

import { ShapeError } from "../../core/errors.ts";
import { broadcastShapes, formatShape, type Shape, sameShape } from "../../core/shape.ts";
import type { Op, Value } from "../graph.ts";
import { reshape } from "./reshape.ts";

/** Which axes to reduce, and whether they stay with extent 1. */
export interface ReduceOptions {
  /** Axes, negative counts from the end; all of them unless given. */
  readonly axes?: readonly number[];
  /** Whether reduced axes stay with extent 1. */
  readonly keepDims?: boolean;
}

/** Sorted, non-negative axes. @throws {@link ShapeError} for an axis that does not exist */
export function reducedAxes(
  where: string,
  shape: Shape,
  axes: readonly number[] = shape.map((_, axis) => axis),
): number[] {
  const positive = axes.map((axis) => (axis < 0 ? axis + shape.length : axis));
  if (positive.some((axis) => !(axis >= 0 && axis < shape.length)) || new Set(positive).size !== positive.length)
    throw new ShapeError({
      where,
      expected: `distinct axes of ${formatShape(shape)}`,
      received: `[${axes.join(", ")}]`,
    });
  return positive.sort((a, b) => a - b);
}

/** Shape with the given axes reduced to 1. */
export function keptShape(shape: Shape, axes: readonly number[]): Shape {
  return shape.map((extent, axis) => (axes.includes(axis) ? 1 : extent));
}

/** Sum over axes (all unless given); a full sum is a scalar `[]`. */
export function sum(x: Value, { axes, keepDims = false }: ReduceOptions = {}): Value {
  const reduced = reducedAxes("sum", x.shape, axes);
  const kept = x.graph.apply(sumOp, [x], { axes: reduced });
  return keepDims ? kept : dropAxes(kept, reduced);
}

/** Copy repeated along new or extent-1 axes, by NumPy's broadcasting rule. */
export function broadcastTo(x: Value, shape: Shape): Value {
  return x.graph.apply(broadcastToOp, [x], { shape });
}

/** Value without the given axes, which must have extent 1. */
export function dropAxes(x: Value, axes: readonly number[]): Value {
  return reshape(
    x,
    x.shape.filter((_, axis) => !axes.includes(axis)),
  );
}

/** Sum over whatever broadcasting repeated, down to `shape`: the way of a derivative back to a smaller operand. */
export function sumTo(x: Value, shape: Shape): Value {
  if (sameShape(x.shape, shape)) return x;
  const lead = x.shape.length - shape.length;
  const axes = x.shape.flatMap((extent, axis) =>
    axis < lead || (shape[axis - lead] === 1 && extent !== 1) ? [axis] : [],
  );
  return reshape(axes.length ? sum(x, { axes, keepDims: true }) : x, shape);
}

/** Sum that keeps the reduced axes with extent 1. */
export const sumOp: Op<{ axes: readonly number[] }> = {
  name: "sum",
  infer: ([x], { axes }) => ({ shape: keptShape(x!.shape, axes), dataType: x!.dataType }),
  gradient: ({ inputs: [x], dy }) => [() => broadcastTo(dy, x!.shape)],
  simplify: ([x], { axes }) => (axes.every((axis) => x!.shape[axis] === 1) ? x : undefined),
};

/** Repetition along axes. */
export const broadcastToOp: Op<{ shape: readonly number[] }> = {
  name: "broadcastTo",
  infer: ([x], { shape }) => {
    if (!sameShape(broadcastShapes("broadcastTo", x!.shape, shape), shape))
      throw new ShapeError({
        where: "broadcastTo",
        expected: `something that broadcasts to ${formatShape(shape)}`,
        received: formatShape(x!.shape),
      });
    return { shape, dataType: x!.dataType };
  },
  gradient: ({ inputs: [x], dy }) => [() => sumTo(dy, x!.shape)],
  simplify: ([x], { shape }) => (sameShape(x!.shape, shape) ? x : undefined),
};
