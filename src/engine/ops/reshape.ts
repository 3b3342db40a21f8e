import { ShapeError } from "../../core/errors.ts";
import { formatShape, type Shape, sameShape, sizeOf } from "../../core/shape.ts";
import type { Op, Value } from "../graph.ts";

/** The same numbers in the same order under another shape; one extent may be -1 and is worked out. */
export function reshape(x: Value, shape: Shape): Value {
  const known = sizeOf(shape.filter((extent) => extent !== -1));
  return x.graph.apply(reshapeOp, [x], {
    shape: shape.map((extent) => (extent === -1 ? sizeOf(x.shape) / known : extent)),
  });
}

/** See {@link reshape}. */
export const reshapeOp: Op<{ shape: readonly number[] }> = {
  name: "reshape",
  infer: ([x], { shape }) => {
    if (sizeOf(shape) !== sizeOf(x!.shape))
      throw new ShapeError({
        where: "reshape",
        expected: `a shape of ${sizeOf(x!.shape)} numbers like ${formatShape(x!.shape)}`,
        received: formatShape(shape),
      });
    return { shape, dataType: x!.dataType };
  },
  gradient: ({ inputs: [x], dy }) => [() => reshape(dy, x!.shape)],
  simplify: ([x], { shape }) => {
    if (sameShape(x!.shape, shape)) return x;
    const { source, graph } = x!;
    if (source.kind === "constant") return graph.constant(source.data, shape);
    return source.kind === "operator" && source.op === reshapeOp ? reshape(source.inputs[0]!, shape) : undefined;
  },
};
