import { ShapeError } from "../../core/errors.ts";
import { formatShape, type Shape } from "../../core/shape.ts";
import type { Op, Value } from "../graph.ts";
import { zeroPad } from "./slice.ts";

/** Consecutive parts of x along an axis, of the given lengths. */
export function split(x: Value, { axis, lengths }: { axis: number; lengths: Shape }): Value[] {
  return lengths.map((_, part) => x.graph.apply(splitPartOp, [x], { axis, lengths, part }));
}

/** One part of a {@link split}; the lowerings join the parts of one split again. */
export const splitPartOp: Op<{ axis: number; lengths: Shape; part: number }> = {
  name: "splitPart",
  infer: ([x], { axis, lengths, part }) => {
    if (lengths.reduce((total, length) => total + length, 0) !== x!.shape[axis])
      throw new ShapeError({
        where: "split",
        expected: `lengths that add up to axis ${axis} of ${formatShape(x!.shape)}`,
        received: formatShape(lengths),
      });
    return { shape: x!.shape.map((extent, i) => (i === axis ? lengths[part]! : extent)), dataType: x!.dataType };
  },
  gradient: ({ inputs: [x], attributes: { axis, lengths, part }, dy }) => [
    () => {
      const start = lengths.slice(0, part).reduce((total, length) => total + length, 0);
      const before = x!.shape.map((_, i) => (i === axis ? start : 0));
      return zeroPad(dy, { before, after: x!.shape.map((extent, i) => extent - before[i]! - dy.shape[i]!) });
    },
  ],
  simplify: ([x], { lengths }) => (lengths.length === 1 ? x : undefined),
};
