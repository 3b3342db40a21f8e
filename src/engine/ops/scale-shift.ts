import { ShapeError } from "../../core/errors.ts";
import { formatShape, sameShape } from "../../core/shape.ts";
import type { Op, Value } from "../graph.ts";
import { mul } from "./mul.ts";
import { sumTo } from "./sum.ts";

/**
 * `x · scale + shift` with one scale and shift per channel: x `[N, C, H, W]`, the others `[N, C, 1, 1]` or `[1, C, 1, 1]`.
 *
 * An operator of its own because every normalisation ends in it, forward and backward, and a lowering can do it in one pass.
 */
export function scaleShift(x: Value, scale: Value, shift: Value): Value {
  return x.graph.apply(scaleShiftOp, [x, scale, shift], {});
}

/** See {@link scaleShift}. */
export const scaleShiftOp: Op = {
  name: "scaleShift",
  infer: ([x, scale, shift]) => {
    const [n, c] = x!.shape;
    const fits = (shape: readonly number[]) => sameShape(shape, [n!, c!, 1, 1]) || sameShape(shape, [1, c!, 1, 1]);
    if (x!.shape.length !== 4 || !fits(scale!.shape) || !sameShape(scale!.shape, shift!.shape))
      throw new ShapeError({
        where: "scaleShift",
        expected: `scale and shift [${n}, ${c}, 1, 1] or [1, ${c}, 1, 1]`,
        received: `${formatShape(scale!.shape)} and ${formatShape(shift!.shape)}`,
      });
    return { shape: x!.shape, dataType: x!.dataType };
  },
  gradient: ({ inputs: [x, scale, shift], dy }) => [
    () => mul(dy, scale!),
    () => sumTo(mul(dy, x!), scale!.shape),
    () => sumTo(dy, shift!.shape),
  ],
};
