import { ShapeError } from "../../core/errors.ts";
import { formatShape, type Shape, sameShape } from "../../core/shape.ts";
import { graphOf, type Op, type Value } from "../graph.ts";
import { zeroPad, zeroPadOp } from "./slice.ts";
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
  simplify: (inputs, { axis }) => {
    if (inputs.length === 1) return inputs[0];
    const flat = inputs.flatMap((input) => {
      const { source } = input;
      const isSame = source.kind === "operator" && source.op.name === concatOp.name && source.attributes.axis === axis;
      return isSame ? source.inputs : [input];
    });
    return flat.length > inputs.length ? concat(flat, axis) : undefined;
  },
};

/** An array with zeros around it. */
type Part = { part: Value; before: Shape; after: Shape };

/**
 * The sum of two parts of one array that touch, each with zeros around it: one part, put together from both. Nothing for other values.
 *
 * With it the derivative of a split is one copy, not a padded array and an addition for every part.
 */
export function joinParts(a: Value, b: Value): Value | undefined {
  const parts = [a, b].flatMap(({ source }): Part[] => {
    if (source.kind !== "operator" || source.op.name !== zeroPadOp.name) return [];
    const { before, after } = source.attributes as Omit<Part, "part">;
    return [{ part: source.inputs[0]!, before, after }];
  });
  if (parts.length < 2 || !sameShape(a.shape, b.shape)) return undefined;
  const padded = a.shape.flatMap((_, i) => (parts.some(({ before, after }) => before[i]! + after[i]! > 0) ? [i] : []));
  const [axis] = padded;
  if (axis === undefined || padded.length > 1) return undefined;
  const [first, second] = parts.sort((p, q) => p.before[axis]! - q.before[axis]!) as [Part, Part];
  if (first.before[axis]! + first.part.shape[axis]! !== second.before[axis]) return undefined;
  return zeroPad(concat([first.part, second.part], axis), { before: first.before, after: second.after });
}
