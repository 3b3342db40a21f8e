/** Taking entries by number, and adding entries up by number: each is the other's gradient, so they share a file. */

import { ShapeError } from "../../core/errors.ts";
import { formatShape, type Shape, sameShape } from "../../core/shape.ts";
import type { ArrayType, Op, Value } from "../graph.ts";
import { reducedAxes } from "./sum.ts";

/**
 * Entries of x along an axis: `y[…, i…, …] = x[…, indices[i…], …]`. The axis is replaced by the axes of the indices.
 *
 * @param indices int32 numbers from 0 to before the axis' extent; a wrong one is an error when the graph runs
 */
export function gather(x: Value, indices: Value, axis = 0): Value {
  const [positive] = reducedAxes("gather", x.shape, [axis]);
  return x.graph.apply(gatherOp, [x, indices], { axis: positive! });
}

/**
 * Adjoint of {@link gather}: an axis of the given extent in the place of the indices' axes, where each entry is the sum of all of z
 * with its number, 0 where there is none.
 */
export function scatterAdd(z: Value, indices: Value, { axis, extent }: { axis: number; extent: number }): Value {
  return z.graph.apply(scatterAddOp, [z, indices], { axis, extent });
}

function gathered(x: Shape, indices: ArrayType, axis: number): Shape {
  if (indices.dataType !== "int32")
    throw new ShapeError({ where: "gather", expected: "int32 indices", received: indices.dataType });
  return [...x.slice(0, axis), ...indices.shape, ...x.slice(axis + 1)];
}

/** See {@link gather}. */
export const gatherOp: Op<{ axis: number }> = {
  name: "gather",
  infer: ([x, indices], { axis }) => ({ shape: gathered(x!.shape, indices!, axis), dataType: x!.dataType }),
  gradient: ({ inputs: [x, indices], attributes: { axis }, dy }) => [
    () => scatterAdd(dy, indices!, { axis, extent: x!.shape[axis]! }),
    undefined,
  ],
};

/** See {@link scatterAdd}. */
export const scatterAddOp: Op<{ axis: number; extent: number }> = {
  name: "scatterAdd",
  infer: ([z, indices], { axis, extent }) => {
    const shape = [...z!.shape.slice(0, axis), extent, ...z!.shape.slice(axis + indices!.shape.length)];
    if (!sameShape(gathered(shape, indices!, axis), z!.shape))
      throw new ShapeError({
        where: "scatterAdd",
        expected: `an array with axes ${formatShape(indices!.shape)} from axis ${axis} on`,
        received: formatShape(z!.shape),
      });
    return { shape, dataType: z!.dataType };
  },
  gradient: ({ inputs: [, indices], attributes: { axis }, dy }) => [() => gather(dy, indices!, axis), undefined],
};
