/** Mirroring at the border and its adjoint, which folds the border back onto the inside. */

import { ShapeError } from "../../core/errors.ts";
import { formatShape, type Shape } from "../../core/shape.ts";
import type { ArrayType, Op, Value } from "../graph.ts";

type Widths = { before: Shape; after: Shape };

/** x continued beyond its border by reflection, without repeating the edge: `c b | a b c | b a`. */
export function reflectPad(x: Value, { before, after }: Widths): Value {
  return x.graph.apply(reflectPadOp, [x], { before, after });
}

/** Adjoint of {@link reflectPad}: the border is cut off and added to the pixels it mirrored. */
export function foldReflection(x: Value, { before, after }: Widths): Value {
  return x.graph.apply(foldReflectionOp, [x], { before, after });
}

/** See {@link reflectPad}. */
export const reflectPadOp: Op<Widths> = {
  name: "reflectPad",
  infer: ([x], { before, after }) => {
    checkWidths("reflectPad", x!.shape, { before, after });
    return { shape: x!.shape.map((extent, i) => before[i]! + extent + after[i]!), dataType: x!.dataType };
  },
  gradient: ({ attributes, dy }) => [() => foldReflection(dy, attributes)],
  simplify: ([x], widths) => (isNothing(widths) ? x : undefined),
};

/** See {@link foldReflection}. */
export const foldReflectionOp: Op<Widths> = {
  name: "foldReflection",
  infer: ([x], { before, after }): ArrayType => {
    const shape = x!.shape.map((extent, i) => extent - before[i]! - after[i]!);
    checkWidths("foldReflection", shape, { before, after });
    return { shape, dataType: x!.dataType };
  },
  gradient: ({ attributes, dy }) => [() => reflectPad(dy, attributes)],
  simplify: ([x], widths) => (isNothing(widths) ? x : undefined),
};

function isNothing({ before, after }: Widths): boolean {
  return [...before, ...after].every((width) => width === 0);
}

function checkWidths(where: string, shape: Shape, { before, after }: Widths): void {
  const fits = (width: number | undefined, axis: number) => width !== undefined && width >= 0 && width < shape[axis]!;
  if (
    before.length !== shape.length ||
    after.length !== shape.length ||
    !shape.every((_, i) => fits(before[i], i) && fits(after[i], i))
  )
    throw new ShapeError({
      where,
      expected: `widths below the extents of ${formatShape(shape)}`,
      received: `${formatShape(before)} and ${formatShape(after)}`,
    });
}
