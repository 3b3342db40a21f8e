import { graphOf, type Op, type Operand, type Value } from "../graph.ts";
import { inferBinary } from "./elementwise.ts";

/** 1 where a > b, 0 elsewhere, with broadcasting; no derivative flows through a comparison. */
export function greater(a: Operand, b: Operand): Value {
  return graphOf(a, b).apply(greaterOp, [a, b], {});
}

/** See {@link greater}. */
export const greaterOp: Op = {
  name: "greater",
  infer: (inputs) => ({ ...inferBinary("greater")(inputs), dataType: "float32" }),
  gradient: () => [undefined, undefined],
  evaluate: (a, b) => (a! > b! ? 1 : 0),
};
