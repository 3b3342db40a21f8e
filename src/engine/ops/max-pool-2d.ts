/**
 * Maximum over blocks, with its gradient and the gradient's adjoint. Of equal maxima the first in reading order wins, as in PyTorch.
 *
 * Blocks do not overlap (stride = kernel): every pixel then belongs to one block, and putting back and picking out are exact adjoints.
 */

import { ShapeError } from "../../core/errors.ts";
import { formatShape, sameShape } from "../../core/shape.ts";
import type { Op, Value } from "../graph.ts";
import { pooledType } from "./average-pool-2d.ts";

/** Maximum of every block of `factor` × `factor` pixels: `[N, C, H, W]` to `[N, C, H/factor, W/factor]`. */
export function maxPool2d(x: Value, factor = 2): Value {
  return x.graph.apply(maxPool2dOp, [x], { factor });
}

/** Zeros like x, with z `[N, C, H/factor, W/factor]` at the places of x's block maxima. */
export function putAtMaxima2d(z: Value, x: Value, factor: number): Value {
  return z.graph.apply(putAtMaxima2dOp, [z, x], { factor });
}

/** The numbers of v that stand where x has its block maxima: `[N, C, H/factor, W/factor]`. */
export function pickAtMaxima2d(v: Value, x: Value, factor: number): Value {
  return v.graph.apply(pickAtMaxima2dOp, [v, x], { factor });
}

/** See {@link maxPool2d}. */
export const maxPool2dOp: Op<{ factor: number }> = {
  name: "maxPool2d",
  infer: ([x], { factor }) => pooledType("maxPool2d", x!, factor),
  gradient: ({ inputs: [x], attributes: { factor }, dy }) => [() => putAtMaxima2d(dy, x!, factor)],
  simplify: ([x], { factor }) => (factor === 1 ? x : undefined),
};

/** See {@link putAtMaxima2d}. */
export const putAtMaxima2dOp: Op<{ factor: number }> = {
  name: "putAtMaxima2d",
  infer: ([z, x], { factor }) => {
    const pooled = pooledType("putAtMaxima2d", x!, factor);
    if (!sameShape(z!.shape, pooled.shape))
      throw new ShapeError({
        where: "putAtMaxima2d",
        expected: formatShape(pooled.shape),
        received: formatShape(z!.shape),
      });
    return { shape: x!.shape, dataType: x!.dataType };
  },
  gradient: ({ inputs: [, x], attributes: { factor }, dy }) => [() => pickAtMaxima2d(dy, x!, factor), undefined],
};

/** See {@link pickAtMaxima2d}. */
export const pickAtMaxima2dOp: Op<{ factor: number }> = {
  name: "pickAtMaxima2d",
  infer: ([v, x], { factor }) => {
    if (!sameShape(v!.shape, x!.shape))
      throw new ShapeError({
        where: "pickAtMaxima2d",
        expected: formatShape(x!.shape),
        received: formatShape(v!.shape),
      });
    return pooledType("pickAtMaxima2d", x!, factor);
  },
  gradient: ({ inputs: [, x], attributes: { factor }, dy }) => [() => putAtMaxima2d(dy, x!, factor), undefined],
};
