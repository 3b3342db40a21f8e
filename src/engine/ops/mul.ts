import { sameShape } from "../../core/shape.ts";
import { graphOf, type Op, type Operand, uniformConstant, type Value } from "../graph.ts";
import { inferBinary, withoutRepetition } from "./elementwise.ts";
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
    if (uniformConstant(b!) === 1 && sameShape(a!.shape, shape)) return a;
    return withoutRepetition(mulOp, [a!, b!]) ?? joinFactors(a!, b!) ?? joinFactors(b!, a!);
  },
  evaluate: (a, b) => a! * b!,
};

/** (x · c) · d as x · (c · d) for single constants c and d. */
function joinFactors(product: Value, d: Value): Value | undefined {
  const { source } = product;
  if (!isSingle(d) || product.shape.length < d.shape.length || source.kind !== "operator" || source.op !== mulOp)
    return undefined;
  const [c, x] = isSingle(source.inputs[0]!) ? source.inputs : source.inputs.toReversed();
  return isSingle(c!) && x!.shape.length >= c!.shape.length ? mul(x!, mul(c!, d)) : undefined;
}

function isSingle({ source, shape }: Value): boolean {
  return source.kind === "constant" && shape.every((extent) => extent === 1);
}
