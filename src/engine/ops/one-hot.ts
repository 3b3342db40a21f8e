import { ShapeError } from "../../core/errors.ts";
import type { Op, Value } from "../graph.ts";

/**
 * Classes as zeros and ones: a new axis of `classes` numbers, 1 at the place that the int32 index names, 0 elsewhere (everywhere, where
 * the index names none of them: -1, or 255 for "ignore"). `[N, H, W]` becomes `[N, classes, H, W]`.
 *
 * @param axis where the new axis stands; after the first unless given
 */
export function oneHot(indices: Value, { classes, axis = 1 }: { classes: number; axis?: number }): Value {
  return indices.graph.apply(oneHotOp, [indices], { classes, axis: axis < 0 ? axis + indices.shape.length + 1 : axis });
}

/** See {@link oneHot}. */
export const oneHotOp: Op<{ classes: number; axis: number }> = {
  name: "oneHot",
  infer: ([indices], { classes, axis }) => {
    const { shape, dataType } = indices!;
    if (dataType !== "int32" || !(axis >= 0 && axis <= shape.length))
      throw new ShapeError({
        where: "oneHot",
        expected: `int32 indices and an axis from 0 to ${shape.length}`,
        received: `${dataType} and ${axis}`,
      });
    return { shape: [...shape.slice(0, axis), classes, ...shape.slice(axis)], dataType: "float32" };
  },
  gradient: () => [undefined],
};
