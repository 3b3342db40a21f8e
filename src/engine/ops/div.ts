import { sameShape } from "../../core/shape.ts";
import { graphOf, type Op, type Operand, uniformConstant, type Value } from "../graph.ts";
import { inferBinary, withoutRepetition } from "./elementwise.ts";
import { mul } from "./mul.ts";
import { neg } from "./neg.ts";
import { sumTo } from "./sum.ts";

/** a / b element by element, with broadcasting. */
export function div(a: Operand, b: Operand): Value {
  return graphOf(a, b).apply(divOp, [a, b], {});
}

/** See {@link div}. */
export const divOp: Op = {
  name: "div",
  infer: inferBinary("div"),
  gradient: ({ inputs: [a, b], y, dy }) => [
    () => sumTo(div(dy, b!), a!.shape),
    () => neg(sumTo(div(mul(dy, y), b!), b!.shape)),
  ],
  simplify: ([a, b]) =>
    uniformConstant(b!) === 1 && sameShape(a!.shape, divOp.infer([a!, b!], {}).shape)
      ? a
      : withoutRepetition(divOp, [a!, b!]),
  evaluate: (a, b) => a! / b!,
};
