import { broadcastShapes } from "../../core/shape.ts";
import { graphOf, type Op, type Operand, type Value } from "../graph.ts";
import { sumTo } from "./sum.ts";

/** `a` where the condition is not zero, `b` elsewhere, with broadcasting. */
export function where(condition: Value, a: Operand, b: Operand): Value {
  return graphOf(condition).apply(whereOp, [condition, a, b], {});
}

/** See {@link where}. */
export const whereOp: Op = {
  name: "where",
  infer: ([condition, a, b]) => ({
    shape: broadcastShapes("where", condition!.shape, broadcastShapes("where", a!.shape, b!.shape)),
    dataType: a!.dataType,
  }),
  gradient: ({ inputs: [condition, a, b], dy }) => [
    undefined,
    () => sumTo(where(condition!, dy, 0), a!.shape),
    () => sumTo(where(condition!, 0, dy), b!.shape),
  ],
  evaluate: (condition, a, b) => (condition !== 0 ? a! : b!),
};
