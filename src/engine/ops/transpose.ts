import { ShapeError } from "../../core/errors.ts";
import { formatShape } from "../../core/shape.ts";
import type { Op, Value } from "../graph.ts";

/** Axes in another order: axis i of the result is axis `permutation[i]` of x; the last two swap unless one is given. */
export function transpose(x: Value, permutation?: readonly number[]): Value {
  const rank = x.shape.length;
  const swapLast = x.shape.map((_, axis) => (axis < rank - 2 ? axis : 2 * rank - 3 - axis));
  return x.graph.apply(transposeOp, [x], { permutation: permutation ?? swapLast });
}

/** See {@link transpose}. */
export const transposeOp: Op<{ permutation: readonly number[] }> = {
  name: "transpose",
  infer: ([x], { permutation }) => {
    if ([...permutation].sort((a, b) => a - b).some((axis, i) => axis !== i) || permutation.length !== x!.shape.length)
      throw new ShapeError({
        where: "transpose",
        expected: `every axis of ${formatShape(x!.shape)} once`,
        received: `[${permutation.join(", ")}]`,
      });
    return { shape: permutation.map((axis) => x!.shape[axis]!), dataType: x!.dataType };
  },
  gradient: ({ attributes: { permutation }, dy }) => [
    () =>
      transpose(
        dy,
        permutation.map((_, axis) => permutation.indexOf(axis)),
      ),
  ],
  simplify: ([x], { permutation }) => {
    if (permutation.every((axis, i) => axis === i)) return x;
    const { source } = x!;
    if (source.kind !== "operator" || source.op.name !== transposeOp.name) return undefined;
    const inner = source.attributes.permutation as readonly number[];
    return transpose(
      source.inputs[0]!,
      permutation.map((axis) => inner[axis]!),
    );
  },
};
