/** Arithmetic on what is known while reading: shapes, axes, small tables. What it gives is exactly what the runtime would have computed. */

import { broadcastShapes, sizeOf } from "../../core/shape.ts";
import { dataTypeOfCode } from "../../onnx/data-types.ts";
import type { OnnxDataType } from "../../onnx/model.ts";
import { axisOf, everyInput, type ForeignNode } from "./foreign-node.ts";
import { type HostArray, hostArray, hostOf, isReal } from "./host-array.ts";
import { broadcast, broadcastStrides, hostLayouts, stridesOf } from "./host-layouts.ts";
import { reducedAxesOf } from "./layout.ts";

/** Results of a node whose inputs are known. */
export type FoldingRule = (node: ForeignNode) => HostArray | readonly HostArray[];

function elementwise(compute: (...numbers: number[]) => number, result?: OnnxDataType): FoldingRule {
  return (node) => {
    const inputs = everyInput(node, node.known);
    const shape = inputs.map((input) => input.shape).reduce((a, b) => broadcastShapes(node.where, a, b));
    const all = inputs.map((input) => broadcast(input, shape, node.where));
    const dataType = result ?? (inputs[2] ?? inputs[0])!.dataType; // of the base of a power, of the values of a choice
    return hostArray(dataType, shape, (i) => compute(...all.map(({ numbers }) => numbers[i]!)), node.where);
  };
}

/** The integer quotient rounds towards zero, as in C. */
function div(node: ForeignNode): HostArray | readonly HostArray[] {
  if (isReal(node.known(0).dataType)) return elementwise((a, b) => a / b)(node);
  if (Array.from(node.known(1).numbers).includes(0)) throw node.refusal("a divisor other than 0", "0");
  return elementwise((a, b) => Math.trunc(a / b))(node);
}

function mod(node: ForeignNode): HostArray | readonly HostArray[] {
  const truncated = node.int("fmod", 0) !== 0;
  return elementwise((a, b) => (truncated || b === 0 ? a % b : a - b * Math.floor(a / b)))(node);
}

function reduce(combine: (a: number, b: number) => number, finish?: (total: number, count: number) => number) {
  return (node: ForeignNode): HostArray => {
    const x = node.known(0);
    const axes = reducedAxesOf(node);
    const kept = x.shape.map((extent, axis) => (axes.includes(axis) ? 1 : extent));
    const shape = node.int("keepdims", 1) ? kept : x.shape.filter((_, axis) => !axes.includes(axis));
    const totals = new Map<number, number>();
    const target = broadcastStrides(kept, x.shape);
    const own = stridesOf(x.shape);
    for (let index = 0; index < x.numbers.length; index++) {
      let place = 0;
      for (let axis = 0; axis < own.length; axis++)
        place += (Math.floor(index / own[axis]!) % x.shape[axis]!) * target[axis]!;
      const before = totals.get(place);
      totals.set(place, before === undefined ? x.numbers[index]! : combine(before, x.numbers[index]!));
    }
    const count = sizeOf(x.shape) / Math.max(1, sizeOf(kept));
    return hostArray(
      x.dataType,
      shape,
      (i) => {
        const total = totals.get(i) ?? 0;
        return finish ? finish(total, count) : total;
      },
      node.where,
    );
  };
}

/** Array that a Constant node writes down in one of its six forms. */
function constant(node: ForeignNode): HostArray {
  const tensor = node.tensor("value");
  if (tensor) return hostOf(tensor);
  const forms = [
    ["int64", node.attribute("value_int", "int")],
    ["float32", node.attribute("value_float", "float")],
    ["int64", node.ints("value_ints")],
    ["float32", node.attribute("value_floats", "floats")],
  ] as const;
  for (const [dataType, found] of forms) {
    if (typeof found === "number") return hostArray(dataType, [], () => found, node.where);
    if (found) return hostArray(dataType, [found.length], (i) => found[i]!, node.where);
  }
  throw node.refusal("a value of numbers", "none");
}

function range(node: ForeignNode): HostArray {
  const [start, limit, delta] = [0, 1, 2].map((i) => node.known(i).numbers[0] ?? 0) as [number, number, number];
  const count = Math.max(0, Math.ceil((limit - start) / delta));
  return hostArray(node.known(0).dataType, [count], (i) => start + i * delta, node.where);
}

function cast(node: ForeignNode): HostArray {
  const to = node.int("to");
  const dataType = dataTypeOfCode(to);
  if (!dataType) throw node.refusal("a kind of number that is known here", `number ${to} of the standard`);
  const x = node.known(0);
  return hostArray(dataType, x.shape, (i) => x.numbers[i]!, node.where);
}

/** Places of the numbers that are not zero, `[rank, count]`. */
function nonZero(node: ForeignNode): HostArray {
  const { shape, numbers } = node.known(0);
  const found = Array.from(numbers).flatMap((number, i) => (number === 0 ? [] : [i]));
  const strides = stridesOf(shape);
  const at = (i: number) => {
    const axis = Math.floor(i / found.length);
    return Math.floor(found[i % found.length]! / strides[axis]!) % shape[axis]!;
  };
  return hostArray("int64", [shape.length, found.length], at, node.where);
}

function shapeAsArray(node: ForeignNode): HostArray {
  const shape = node.shape(0);
  const within = (axis: number) => Math.min(Math.max(axis < 0 ? axis + shape.length : axis, 0), shape.length);
  const part = shape.slice(within(node.int("start", 0)), within(node.int("end", shape.length)));
  return hostArray("int64", [part.length], (i) => part[i]!, node.where);
}

/** Running totals along an axis. */
function cumulated(node: ForeignNode): HostArray {
  const { dataType, shape, numbers } = node.known(0);
  const axis = axisOf(node, node.known(1).numbers[0] ?? 0, shape.length);
  if (node.int("exclusive", 0) || node.int("reverse", 0)) throw node.refusal("plain running totals", "other ones");
  const step = sizeOf(shape.slice(axis + 1));
  const totals = Float64Array.from(numbers);
  for (let i = 0; i < totals.length; i++) if (Math.floor(i / step) % shape[axis]! > 0) totals[i]! += totals[i - step]!;
  return hostArray(dataType, shape, (i) => totals[i]!, node.where);
}

/** Half away from zero is not what ONNX rounds to: it takes the even neighbour. */
function roundHalfToEven(x: number): number {
  const rounded = Math.round(x);
  return rounded - x === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}

/** What can be worked out while reading. `Shape` and `Size` need only shapes, so they can always be. */
export const foldingRules: ReadonlyMap<string, FoldingRule> = new Map<string, FoldingRule>(
  Object.entries({
    ...hostLayouts,
    Abs: elementwise(Math.abs),
    Add: elementwise((a, b) => a + b),
    And: elementwise((a, b) => (a && b ? 1 : 0), "bool"),
    Cast: cast,
    CastLike(node) {
      const x = node.known(0);
      return hostArray(node.known(1).dataType, x.shape, (i) => x.numbers[i]!, node.where);
    },
    Ceil: elementwise(Math.ceil),
    Constant: constant,
    ConstantOfShape(node) {
      const { dataType, numbers } = hostOf(
        node.tensor("value") ?? { name: "", dataType: "float32", shape: [1], data: new Float32Array(1) },
      );
      return hostArray(dataType, Array.from(node.known(0).numbers), () => numbers[0] ?? 0, node.where);
    },
    Cos: elementwise(Math.cos),
    CumSum: cumulated,
    Div: div,
    Equal: elementwise((a, b) => (a === b ? 1 : 0), "bool"),
    Exp: elementwise(Math.exp),
    Floor: elementwise(Math.floor),
    Greater: elementwise((a, b) => (a > b ? 1 : 0), "bool"),
    GreaterOrEqual: elementwise((a, b) => (a >= b ? 1 : 0), "bool"),
    Less: elementwise((a, b) => (a < b ? 1 : 0), "bool"),
    LessOrEqual: elementwise((a, b) => (a <= b ? 1 : 0), "bool"),
    Log: elementwise(Math.log),
    Max: elementwise(Math.max),
    Min: elementwise(Math.min),
    Mod: mod,
    Mul: elementwise((a, b) => a * b),
    Neg: elementwise((a) => -a),
    NonZero: nonZero,
    Not: elementwise((a) => (a ? 0 : 1), "bool"),
    Or: elementwise((a, b) => (a || b ? 1 : 0), "bool"),
    Pow: elementwise((a, b) => a ** b),
    Range: range,
    Reciprocal: elementwise((a) => 1 / a),
    ReduceMax: reduce(Math.max),
    ReduceMean: reduce(
      (a, b) => a + b,
      (total, count) => total / count,
    ),
    ReduceMin: reduce(Math.min),
    ReduceProd: reduce((a, b) => a * b),
    ReduceSum: reduce((a, b) => a + b),
    Round: elementwise(roundHalfToEven),
    Shape: shapeAsArray,
    Sign: elementwise(Math.sign),
    Sin: elementwise(Math.sin),
    Size: (node) => hostArray("int64", [], () => sizeOf(node.shape(0)), node.where),
    Sqrt: elementwise(Math.sqrt),
    Sub: elementwise((a, b) => a - b),
    Where: elementwise((condition, a, b) => (condition ? a! : b)),
  } satisfies Record<string, FoldingRule>),
);

/** Operators that are worked out while reading whatever their inputs are. */
export const shapeOperators: ReadonlySet<string> = new Set(["Shape", "Size"]);
