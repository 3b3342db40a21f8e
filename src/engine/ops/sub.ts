import { sameShape } from "../../core/shape.ts";
import { graphOf, type Op, type Operand, uniformConstant, type Value } from "../graph.ts";
import { inferBinary, withoutRepetition } from "./elementwise.ts";
import { neg } from "./neg.ts";
import { sumTo } from "./sum.ts";

/** a − b, with broadcasting. */
export function sub(a: Operand, b: Operand): Value {
  return graphOf(a, b).apply(subOp, [a, b], {});
}

/** See {@link sub}. */
export const subOp: Op = {
  name: "sub",
  infer: inferBinary("sub"),
  gradient: ({ inputs: [a, b], dy }) => [() => sumTo(dy, a!.shape), () => neg(sumTo(dy, b!.shape))],
  simplify: ([a, b]) =>
    uniformConstant(b!) === 0 && sameShape(a!.shape, subOp.infer([a!, b!], {}).shape)
      ? a
      : withoutRepetition(subOp, [a!, b!]),
  evaluate: (a, b) => a! - b!,
};
