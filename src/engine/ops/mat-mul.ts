import { ShapeError } from "../../core/errors.ts";
import { broadcastShapes, formatShape } from "../../core/shape.ts";
import type { Op, Value } from "../graph.ts";
import { sumTo } from "./sum.ts";
import { transpose } from "./transpose.ts";

/** Matrix product over the last two axes, `[..., M, K] · [..., K, N]`; leading axes broadcast. */
export function matMul(a: Value, b: Value): Value {
  return a.graph.apply(matMulOp, [a, b], {});
}

/** See {@link matMul}. */
export const matMulOp: Op = {
  name: "matMul",
  infer: ([a, b]) => {
    if (a!.shape.length < 2 || b!.shape.length < 2 || a!.shape.at(-1) !== b!.shape.at(-2))
      throw new ShapeError({
        where: "matMul",
        expected: "[..., M, K] and [..., K, N]",
        received: `${formatShape(a!.shape)} and ${formatShape(b!.shape)}`,
      });
    const lead = broadcastShapes("matMul", a!.shape.slice(0, -2), b!.shape.slice(0, -2));
    return { shape: [...lead, a!.shape.at(-2)!, b!.shape.at(-1)!], dataType: a!.dataType };
  },
  gradient: ({ inputs: [a, b], dy }) => [
    () => sumTo(matMul(dy, transpose(b!)), a!.shape),
    () => sumTo(matMul(transpose(a!), dy), b!.shape),
  ],
};
