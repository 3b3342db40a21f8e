/** What element-wise operators have in common: how shapes combine, and how a derivative finds back through broadcasting. */

import { ShapeError } from "../../core/errors.ts";
import { broadcastShapes, sameShape } from "../../core/shape.ts";
import type { ArrayType, Op, Value } from "../graph.ts";
import { broadcastTo, broadcastToOp } from "./sum.ts";

/** Shape rule of an operator that treats every number alone. */
export function inferUnary([x]: readonly ArrayType[]): ArrayType {
  return { shape: x!.shape, dataType: x!.dataType };
}

/**
 * Shape rule of an operator on pairs of numbers, with NumPy's broadcasting.
 *
 * @throws {@link ShapeError} when shapes do not broadcast or kinds differ
 */
export function inferBinary(name: string): (inputs: readonly ArrayType[]) => ArrayType {
  return ([a, b]) => {
    if (a!.dataType !== b!.dataType)
      throw new ShapeError({
        where: name,
        expected: "two arrays of one kind",
        received: `${a!.dataType} and ${b!.dataType}`,
      });
    return { shape: broadcastShapes(name, a!.shape, b!.shape), dataType: a!.dataType };
  };
}

/**
 * An operation on pairs without needless repetition: `op(broadcastTo(a), b)` is `op(a, b)`, repeated afterwards if it must be.
 *
 * Derivatives of sums and means are repeated scalars; this keeps them from ever being written out.
 */
export function withoutRepetition(op: Op, [a, b]: readonly Value[]): Value | undefined {
  const [smallA, smallB] = [beforeRepetition(a!), beforeRepetition(b!)];
  if (smallA === a && smallB === b) return undefined;
  const { shape } = op.infer([a!, b!], {});
  const result = a!.graph.apply(op, [smallA, smallB], {});
  return sameShape(result.shape, shape) ? result : broadcastTo(result, shape);
}

function beforeRepetition(value: Value): Value {
  const { source } = value;
  return source.kind === "operator" && source.op.name === broadcastToOp.name ? source.inputs[0]! : value;
}
