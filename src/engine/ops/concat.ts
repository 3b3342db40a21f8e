import { ShapeError } from "../../core/errors.ts";
import { formatShape } from "../../core/shape.ts";
import { graphOf, type Op, type Value } from "../graph.ts";
import { split } from "./split.ts";

/** Values one after the other along an axis; the other axes must agree. */
export function concat(values: readonly Value[], axis: number): Value {
  const rank = values[0]?.shape.length ?? 0;
  return graphOf(...values).apply(concatOp, values, { axis: axis < 0 ? axis + rank : axis });
}

/** See {@link concat}. */
export const concatOp: Op<{ axis: number }> = {
  name: "concat",
  infer: (inputs, { axis }) => {
    const [first] = inputs;
    const fits = inputs.every(
      ({ shape }) =>
        shape.length === first!.shape.length && shape.every((extent, i) => i === axis || extent === first!.shape[i]),
    );
    if (!fits || !(axis >= 0 && axis < first!.shape.length))
      throw new ShapeError({
        where: "concat",
        expected: `shapes that agree except on axis ${axis}`,
        received: inputs.map(({ shape }) => formatShape(shape)).join(", "),
      });
    const length = inputs.reduce((total, { shape }) => total + shape[axis]!, 0);
    return { shape: first!.shape.map((extent, i) => (i === axis ? length : extent)), dataType: first!.dataType };
  },
  gradient: ({ inputs, attributes: { axis }, dy }) => {
    const lengths = inputs.map(({ shape }) => shape[axis]!);
    return inputs.map((_, part) => () => split(dy, { axis, lengths })[part]!);
  },
  simplify: (inputs) => (inputs.length === 1 ? inputs[0] : undefined),
};
