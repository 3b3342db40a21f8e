/**
 * The mathematical graph: what is to be computed, with fixed shapes, before anyone decides how.
 *
 * A graph only grows. Every node gives one value, ids rise in the order of creation (so inputs always come first), and asking for the
 * same operator with the same inputs and attributes again gives the same value: common subexpressions are shared by construction.
 */

import { GraphError, ShapeError } from "../core/errors.ts";
import { interned } from "../core/interned.ts";
import type { Random } from "../core/random.ts";
import { formatShape, type Shape, sameShape, sizeOf } from "../core/shape.ts";
import { type DataType, dataTypeOf, type TensorData } from "../core/tensor.ts";

/** What an operator may be told besides its inputs. */
export type Attributes = Readonly<Record<string, number | string | boolean | readonly number[]>>;

/** Shape and number kind of an array that does not exist yet. */
export interface ArrayType {
  readonly shape: Shape;
  readonly dataType: DataType;
}

/** First numbers of a parameter or state; row-major, as many as the shape holds, in a new array at every call: steps write over it. */
export type Initializer = (shape: Shape, random: Random) => Float32Array;

/** Where a value comes from. */
export type Source =
  | { readonly kind: "input"; readonly name: string }
  | { readonly kind: "constant"; readonly data: TensorData }
  | { readonly kind: "parameter" | "state"; readonly name: string; readonly initializer: Initializer }
  | { readonly kind: "operator"; readonly op: Op; readonly inputs: readonly Value[]; readonly attributes: Attributes };

/** One array in a graph. It carries its graph, so operators are free functions: `relu(add(x, bias))`. */
export interface Value extends ArrayType {
  readonly graph: Graph;
  readonly id: number;
  readonly source: Source;
}

/** A parameter or state: it has a name, and its numbers live outside the graph. */
export interface Variable extends Value {
  readonly name: string;
}

/** A value, or a plain number that stands for a scalar constant. */
export type Operand = Value | number;

/** What a gradient rule gets to see: the node it differentiates, and the derivative of the loss by its result. */
export interface GradientContext<A extends Attributes> {
  readonly inputs: readonly Value[];
  readonly attributes: A;
  /** The node's result. */
  readonly y: Value;
  /** Derivative of the loss by `y`, of the same shape. */
  readonly dy: Value;
}

/**
 * Derivatives of the loss by each input, as recipes that run only when somebody needs them; `undefined` where the derivative is zero
 * (the input only selects or compares).
 */
export type GradientRule<A extends Attributes> = {
  rule(context: GradientContext<A>): readonly ((() => Value) | undefined)[];
}["rule"];

/** An operator: its shape rule and its gradient, beside each other. How it runs is the business of the lowerings. */
export interface Op<A extends Attributes = Attributes> {
  readonly name: string;
  /** Shape and kind of the result. @throws {@link ShapeError} */
  infer(inputs: readonly ArrayType[], attributes: A): ArrayType;
  readonly gradient: GradientRule<A> | { readonly because: string };
  /** Equal value that is cheaper, such as `x` for `x + 0`. */
  simplify?(inputs: readonly Value[], attributes: A): Value | undefined;
  /** The same on single numbers; scalar constants are folded with it. */
  evaluate?(...numbers: number[]): number;
}

/** A graph under construction; see {@link createGraph}. */
export interface Graph {
  readonly inputs: ReadonlyMap<string, Value>;
  /** Parameters and states by name, in order of creation. */
  readonly variables: ReadonlyMap<string, Variable>;
  /** Next value of each parameter or state that a step changes. */
  readonly assignments: ReadonlyMap<Variable, Value>;
  /** The trainable ones among the variables. */
  parameters(): Variable[];
  /** Array handed over at every run. */
  input(name: string, shape: Shape, dataType?: DataType): Value;
  /** Fixed numbers; a single number with a shape fills it. */
  constant(data: number | TensorData, shape?: Shape): Value;
  /** Trainable array. The same name again gives the same value: that is how weights are shared. */
  parameter(name: string, shape: Shape, initializer: Initializer): Variable;
  /** Array carried from step to step without being trained: moments, running statistics, a step counter. */
  state(name: string, shape: Shape, initializer: Initializer): Variable;
  /** Says what a parameter or state becomes after the step; everything else in the step still sees its old numbers. */
  assign(variable: Variable, next: Value): void;
  /** Result of an operator; operators call this, everybody else calls operators. */
  apply<A extends Attributes>(op: Op<A>, inputs: readonly Operand[], attributes: A): Value;
}

/** Empty graph. */
export function createGraph(): Graph {
  const inputs = new Map<string, Value>();
  const variables = new Map<string, Variable>();
  const assignments = new Map<Variable, Value>();
  const known = new Map<string, Value>();
  const constants = interned<Value>();
  let count = 0;

  const create = (shape: Shape, dataType: DataType, source: Source): Value => ({
    graph,
    id: count++,
    shape,
    dataType,
    source,
  });
  const once = (key: string, make: () => Value): Value => {
    const found = known.get(key);
    if (found) return found;
    const made = make();
    known.set(key, made);
    return made;
  };

  const variable = (kind: "parameter" | "state", name: string, shape: Shape, initializer: Initializer): Variable => {
    const found = variables.get(name);
    if (!found) {
      const made = { ...create(shape, "float32", { kind, name, initializer }), name };
      variables.set(name, made);
      return made;
    }
    if (found.source.kind !== kind)
      throw new GraphError({
        where: `${kind} "${name}"`,
        expected: "a name of its own",
        received: `the name of a ${found.source.kind}`,
      });
    if (!sameShape(found.shape, shape))
      throw new ShapeError({
        where: `${kind} "${name}"`,
        expected: `${formatShape(found.shape)} as at its first use`,
        received: formatShape(shape),
        fix: "Give it another name, or the same shape to share it.",
      });
    return found;
  };

  const graph: Graph = {
    inputs,
    variables,
    assignments,
    parameters: () => [...variables.values()].filter(({ source }) => source.kind === "parameter"),
    input(name, shape, dataType = "float32") {
      if (inputs.has(name))
        throw new GraphError({ where: `input "${name}"`, expected: "a new name", received: "one already taken" });
      const value = create(shape, dataType, { kind: "input", name });
      inputs.set(name, value);
      return value;
    },
    constant(data, shape) {
      const array = typeof data === "number" ? new Float32Array(sizeOf(shape ?? [])).fill(data) : data;
      const extents = shape ?? (typeof data === "number" ? [] : [array.length]);
      if (array.length !== sizeOf(extents))
        throw new ShapeError({
          where: "constant",
          expected: `${sizeOf(extents)} numbers`,
          received: `${array.length}`,
        });
      const dataType = dataTypeOf(array);
      return constants.of(array, extents, () => create(extents, dataType, { kind: "constant", data: array }));
    },
    parameter: (name, shape, initializer) => variable("parameter", name, shape, initializer),
    state: (name, shape, initializer) => variable("state", name, shape, initializer),
    assign(target, next) {
      const { source } = target;
      if (target.graph !== graph || (source.kind !== "parameter" && source.kind !== "state"))
        throw new GraphError({
          where: "assign",
          expected: "a parameter or state of this graph",
          received: describe(target),
        });
      if (!sameShape(target.shape, next.shape))
        throw new ShapeError({
          where: `assign "${source.name}"`,
          expected: formatShape(target.shape),
          received: formatShape(next.shape),
        });
      if (assignments.has(target))
        throw new GraphError({
          where: `assign "${source.name}"`,
          expected: "one new value per step",
          received: "a second one",
        });
      assignments.set(target, next);
    },
    apply(op, operands, attributes) {
      const values = operands.map((operand) => (typeof operand === "number" ? graph.constant(operand) : operand));
      const stranger = values.find((value) => value.graph !== graph);
      if (stranger)
        throw new GraphError({
          where: op.name,
          expected: "values of one graph",
          received: `${describe(stranger)} of another`,
        });
      return once(`${op.name}(${values.map((value) => value.id)})${JSON.stringify(attributes)}`, () => {
        const { shape, dataType } = op.infer(values, attributes);
        const numbers = op.evaluate ? values.map(scalarConstant) : [undefined];
        if (op.evaluate && numbers.every((number) => number !== undefined))
          return graph.constant(Math.fround(op.evaluate(...numbers)), shape);
        return (
          op.simplify?.(values, attributes) ??
          create(shape, dataType, { kind: "operator", op, inputs: values, attributes })
        );
      });
    },
  };
  return graph;
}

/** Graph of the first operand that is a value; two plain numbers have none. @throws {@link GraphError} */
export function graphOf(...operands: readonly Operand[]): Graph {
  for (const operand of operands) if (typeof operand !== "number") return operand.graph;
  throw new GraphError({ where: "operator", expected: "at least one value", received: "only plain numbers" });
}

/** The number everywhere in a constant that is the same everywhere; otherwise nothing. */
export function uniformConstant(value: Value): number | undefined {
  const { source } = value;
  if (source.kind !== "constant" || !(source.data instanceof Float32Array)) return undefined;
  const first = source.data[0];
  return source.data.every((number) => number === first) ? first : undefined;
}

/** A value as errors name it. */
export function describe({ source, shape, id }: Value): string {
  if (source.kind === "operator") return `${source.op.name} #${id} ${formatShape(shape)}`;
  return source.kind === "constant"
    ? `constant ${formatShape(shape)}`
    : `${source.kind} "${source.name}" ${formatShape(shape)}`;
}

function scalarConstant(value: Value): number | undefined {
  return value.shape.every((extent) => extent === 1) ? uniformConstant(value) : undefined;
}
