/** Averaging over blocks and repeating over blocks: up to a factor each is the other's gradient, so they share a file. */

import { ShapeError } from "../../core/errors.ts";
import { formatShape } from "../../core/shape.ts";
import type { ArrayType, Op, Value } from "../graph.ts";
import { mul } from "./mul.ts";

/** Mean of every block of `factor` × `factor` pixels: `[N, C, H, W]` to `[N, C, H/factor, W/factor]`. */
export function averagePool2d(x: Value, factor = 2): Value {
  return x.graph.apply(averagePool2dOp, [x], { factor });
}

/** Every pixel repeated `factor` × `factor` times: `[N, C, H, W]` to `[N, C, H·factor, W·factor]`. */
export function upsampleNearest2d(x: Value, factor = 2): Value {
  return x.graph.apply(upsampleNearest2dOp, [x], { factor });
}

/** Shape after pooling blocks. @throws {@link ShapeError} when the blocks do not tile the image */
export function pooledType(where: string, x: ArrayType, factor: number): ArrayType {
  const [n, c, h, w] = x.shape;
  if (x.shape.length !== 4 || h! % factor !== 0 || w! % factor !== 0)
    throw new ShapeError({
      where,
      expected: `[N, C, H, W] with H and W divisible by ${factor}`,
      received: formatShape(x.shape),
      fix: "Pad or crop the image first.",
    });
  return { shape: [n!, c!, h! / factor, w! / factor], dataType: x.dataType };
}

/** See {@link averagePool2d}. */
export const averagePool2dOp: Op<{ factor: number }> = {
  name: "averagePool2d",
  infer: ([x], { factor }) => pooledType("averagePool2d", x!, factor),
  gradient: ({ attributes: { factor }, dy }) => [() => upsampleNearest2d(mul(dy, 1 / factor ** 2), factor)],
  simplify: ([x], { factor }) => (factor === 1 ? x : undefined),
};

/** See {@link upsampleNearest2d}. */
export const upsampleNearest2dOp: Op<{ factor: number }> = {
  name: "upsampleNearest2d",
  infer: ([x], { factor }) => {
    const [n, c, h, w] = x!.shape;
    return { shape: [n!, c!, h! * factor, w! * factor], dataType: x!.dataType };
  },
  gradient: ({ attributes: { factor }, dy }) => [() => mul(averagePool2d(dy, factor), factor ** 2)],
  simplify: ([x], { factor }) => (factor === 1 ? x : undefined),
};
