/** What element-wise operators have in common: how shapes combine, and how a derivative finds back through broadcasting. */

import { ShapeError } from "../../core/errors.ts";
import { broadcastShapes } from "../../core/shape.ts";
import type { ArrayType } from "../graph.ts";

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
