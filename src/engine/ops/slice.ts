/** Cutting a block out and padding with zeros: each is the other's gradient, so they share a file. */

import { ShapeError } from "../../core/errors.ts";
import { formatShape, type Shape } from "../../core/shape.ts";
import type { Op, Value } from "../graph.ts";

/**
 * Block of `x` from `starts` (inclusive) to `ends` (exclusive; the end of the axis unless given). Both go with `axes`, or with all axes
 * in order; axes not named stay whole.
 */
export function slice(
  x: Value,
  { starts, ends, axes = starts.map((_, axis) => axis) }: { starts: Shape; ends?: Shape; axes?: Shape },
): Value {
  const along = (numbers: Shape | undefined, otherwise: Shape) =>
    otherwise.map((whole, axis) => numbers?.[axes.indexOf(axis)] ?? whole);
  const zeros = x.shape.map(() => 0);
  return x.graph.apply(sliceOp, [x], { starts: along(starts, zeros), ends: along(ends, x.shape) });
}

/** x with `before[i]` and `after[i]` zeros around axis i. */
export function zeroPad(x: Value, { before, after }: { before: Shape; after: Shape }): Value {
  return x.graph.apply(zeroPadOp, [x], { before, after });
}

/** See {@link slice}. */
export const sliceOp: Op<{ starts: Shape; ends: Shape }> = {
  name: "slice",
  infer: ([x], { starts, ends }) => {
    const rank = x!.shape.length;
    const inside = x!.shape.every((extent, i) => starts[i]! >= 0 && starts[i]! < ends[i]! && ends[i]! <= extent);
    if (starts.length !== rank || ends.length !== rank || !inside)
      throw new ShapeError({
        where: "slice",
        expected: `a block inside ${formatShape(x!.shape)}`,
        received: `${formatShape(starts)} to ${formatShape(ends)}`,
      });
    return { shape: ends.map((end, i) => end - starts[i]!), dataType: x!.dataType };
  },
  gradient: ({ inputs: [x], attributes: { starts, ends }, dy }) => [
    () => zeroPad(dy, { before: starts, after: x!.shape.map((extent, i) => extent - ends[i]!) }),
  ],
  simplify: ([x], { starts, ends }) =>
    x!.shape.every((extent, i) => ends[i]! - starts[i]! === extent) ? x : undefined,
};

/** See {@link zeroPad}. */
export const zeroPadOp: Op<{ before: Shape; after: Shape }> = {
  name: "zeroPad",
  infer: ([x], { before, after }) => {
    const rank = x!.shape.length;
    if (before.length !== rank || after.length !== rank || [...before, ...after].some((width) => width < 0))
      throw new ShapeError({
        where: "zeroPad",
        expected: `${rank} widths of at least 0 on each side`,
        received: `${formatShape(before)} and ${formatShape(after)}`,
      });
    return { shape: x!.shape.map((extent, i) => before[i]! + extent + after[i]!), dataType: x!.dataType };
  },
  gradient: ({ inputs: [x], attributes: { before }, dy }) => [
    () => slice(dy, { starts: before, ends: x!.shape.map((extent, i) => before[i]! + extent) }),
  ],
  simplify: ([x], { before, after }) => ([...before, ...after].every((width) => width === 0) ? x : undefined),
};
