import { sameShape } from "../../core/shape.ts";
import { graphOf, type Op, type Operand, uniformConstant, type Value } from "../graph.ts";
import { joinParts } from "./concat.ts";
import { inferBinary, withoutRepetition } from "./elementwise.ts";
import { sumTo } from "./sum.ts";

/** a + b, with broadcasting. */
export function add(a: Operand, b: Operand): Value {
  return graphOf(a, b).apply(addOp, [a, b], {});
}

/** See {@link add}. */
export const addOp: Op = {
  name: "add",
  infer: inferBinary("add"),
  gradient: ({ inputs: [a, b], dy }) => [() => sumTo(dy, a!.shape), () => sumTo(dy, b!.shape)],
  simplify: ([a, b]) => {
    const { shape } = addOp.infer([a!, b!], {});
    if (uniformConstant(a!) === 0 && sameShape(b!.shape, shape)) return b;
    if (uniformConstant(b!) === 0 && sameShape(a!.shape, shape)) return a;
    return withoutRepetition(addOp, [a!, b!]) ?? joinParts(a!, b!);
  },
  evaluate: (a, b) => a! + b!,
};
