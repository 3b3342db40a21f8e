import { dataTypeOfCode } from "../../../onnx/data-types.ts";
import type { Value } from "../../graph.ts";
import {
  abs,
  add,
  broadcastTo,
  cos,
  div,
  erf,
  exp,
  greater,
  log,
  maximum,
  minimum,
  mul,
  neg,
  pow,
  sign,
  silu,
  sin,
  sqrt,
  square,
  sub,
  where,
} from "../../ops/index.ts";
import { sigmoidOp } from "../../ops/sigmoid.ts";
import { everyInput, type ForeignNode, type ForeignRule } from "../foreign-node.ts";
import { isReal } from "../host-array.ts";
import type { Operand } from "../operand.ts";

/** Arithmetic, comparisons and choices, number by number. Truth values are 0 and 1. */
export const elementwiseRules: Readonly<Record<string, ForeignRule>> = {
  Abs: unary(abs),
  Add: binary(add),
  And: binary((a, b) => mul(truth(a), truth(b))),
  Cast: cast,
  CastLike: castLike,
  Cos: unary(cos),
  Div: binary(div),
  Erf: unary(erf),
  Equal: binary((a, b) => sub(sub(1, greater(a, b)), greater(b, a))),
  Exp: unary(exp),
  Greater: binary(greater),
  GreaterOrEqual: binary((a, b) => sub(1, greater(b, a))),
  Less: binary((a, b) => greater(b, a)),
  LessOrEqual: binary((a, b) => sub(1, greater(a, b))),
  Log: unary(log),
  Max: (node) => everyInput(node, node.value).reduce(maximum),
  Mean: (node) => div(everyInput(node, node.value).reduce(add), node.arity),
  Min: (node) => everyInput(node, node.value).reduce(minimum),
  Mul: binary(product),
  Neg: unary(neg),
  Not: unary((x) => sub(1, truth(x))),
  Or: binary((a, b) => sub(1, mul(sub(1, truth(a)), sub(1, truth(b))))),
  Pow: power,
  Reciprocal: unary((x) => div(1, x)),
  Sign: unary(sign),
  Sin: unary(sin),
  Sqrt: unary(sqrt),
  Sub: binary(sub),
  Sum: (node) => everyInput(node, node.value).reduce(add),
  Where: (node) => where(node.value(0), node.value(1), node.value(2)),
  Xor: binary((a, b) => abs(sub(truth(a), truth(b)))),
};

function unary(build: (x: Value) => Value): ForeignRule {
  return (node) => build(node.value(0));
}

function binary(build: (a: Value, b: Value) => Value): ForeignRule {
  return (node) => build(node.value(0), node.value(1));
}

/** `x · sigmoid(x)` is written as two nodes nearly everywhere; as one operator its derivative takes two passes less. */
function product(a: Value, b: Value): Value {
  const gates = (gate: Value, x: Value) =>
    gate.source.kind === "operator" && gate.source.op === sigmoidOp && gate.source.inputs[0] === x;
  if (gates(a, b)) return silu(b);
  return gates(b, a) ? silu(a) : mul(a, b);
}

/** 1 where x is not 0. */
function truth(x: Value): Value {
  return where(x, 1, 0);
}

/** Every real kind is computed in float32; integers cannot be differentiated and have no place after the first real number. */
function cast(node: ForeignNode): Value | readonly Operand[] {
  const to = dataTypeOfCode(node.int("to"));
  if (to === "bool") return truth(node.value(0));
  if (to && isReal(to)) return [node.operand(0)];
  throw node.refusal(
    "a cast to real numbers",
    `one to ${to ?? "another kind"} of something computed from the model's inputs`,
    "Take the outputs before this node, and round outside the network.",
  );
}

/** Literals take the kind of what they meet; what is computed is real, and so is what is cast to it. */
function castLike(node: ForeignNode): readonly Operand[] {
  const [operand, model] = [node.operand(0), node.operand(1)];
  const literal = operand.kind === "constant" && model.kind !== "constant" ? operand.array : undefined;
  return [literal ? { kind: "constant", array: { ...literal, dataType: "float32" } } : operand];
}

/** Powers with one exponent for all numbers, or of a positive base. */
function power(node: ForeignNode): Value {
  const x = node.value(0);
  const exponents = node.operand(1).kind === "computed" ? undefined : node.list(1)!;
  const [exponent] = exponents ?? [];
  if (exponents === undefined || exponent === undefined || exponents.some((other) => other !== exponent))
    return exp(mul(log(x), node.value(1)));
  const raised = exponent === 2 ? square(x) : exponent === 0.5 ? sqrt(x) : pow(x, exponent);
  const rank = node.shape(1).length; // an exponent [1, 1, 1] gives the result its rank
  return rank > x.shape.length
    ? broadcastTo(raised, [...node.shape(1).slice(0, rank - x.shape.length), ...x.shape])
    : raised;
}
