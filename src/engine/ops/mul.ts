import { sameShape } from "../../core/shape.ts";
import { graphOf, type Op, type Operand, uniformConstant, type Value } from "../graph.ts";
import { inferBinary } from "./elementwise.ts";
import { sumTo } from "./sum.ts";

/** a · b element by element, with broadcasting. */
export function mul(a: Operand, b: Operand): Value {
  return graphOf(a, b).apply(mulOp, [a, b], {});
}

/** See {@link mul}. */
export const mulOp: Op = {
  name: "mul",
  infer: inferBinary("mul"),
  gradient: ({ inputs: [a, b], dy }) => [() => sumTo(mul(dy, b!), a!.shape), () => sumTo(mul(dy, a!), b!.shape)],
  simplify: ([a, b]) => {
    const { shape } = mulOp.infer([a!, b!], {});
    if (uniformConstant(a!) === 1 && sameShape(b!.shape, shape)) return b;
    return uniformConstant(b!) === 1 && sameShape(a!.shape, shape) ? a : undefined;
  },
  evaluate: (a, b) => a! * b!,
};
