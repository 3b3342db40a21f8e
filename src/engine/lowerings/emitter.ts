/** Writing ONNX node by node: what every lowering needs, whatever operators it chooses. */

import { GraphError } from "../../core/errors.ts";
import { interned } from "../../core/interned.ts";
import type { Shape } from "../../core/shape.ts";
import { type DataType, dataTypeOf, type Tensor } from "../../core/tensor.ts";
import type { Attribute, OnnxModel, OnnxNode, OnnxTensor, OnnxTensorData, OnnxValueInfo } from "../../onnx/model.ts";
import type { Attributes, Graph, Op, Source, Value } from "../graph.ts";

/** An operator's node as a lowering rule sees it. */
export interface OperatorNode<A extends Attributes = Attributes> {
  readonly inputs: readonly Value[];
  readonly attributes: A;
  /** The node's result. */
  readonly y: Value;
}

/** Writes one operator and gives the ONNX name of its result. */
export type LoweringRule<A extends Attributes = Attributes> = {
  rule(node: OperatorNode<A>, emit: Emitter): string;
}["rule"];

/** A lowering rule for every operator of a table. */
export type LoweringTable<Operators extends Record<string, Op>> = {
  readonly [name in keyof Operators]: Operators[name] extends Op<infer A> ? LoweringRule<A> : never;
};

/** Attributes as rules write them: integers, lists of integers and texts plainly, real numbers as `{ float }` or `{ floats }`. */
export type PlainAttributes = Readonly<
  Record<
    string,
    number | string | readonly number[] | { readonly float: number } | { readonly floats: readonly number[] }
  >
>;

/** The pen of a lowering rule. Asking for an equal node again gives the first one's name. */
export interface Emitter {
  /** ONNX name of a value; written now if it was not. */
  name(value: Value): string;
  /** Whether a value is numbers of the model itself, which the runtime can lay out once for all runs: a constant, or a variable with a weight. */
  isConstant(value: Value): boolean;
  /** New node with one output; its name. Absent optional inputs are `""`; the standard's operator set unless a domain is given. */
  node(opType: string, inputs: readonly string[], attributes?: PlainAttributes, domain?: string): string;
  /** New node with several outputs; their names. */
  nodes(
    opType: string,
    inputs: readonly string[],
    attributes: PlainAttributes,
    outputs: number,
    domain?: string,
  ): readonly string[];
  /** Constant list of int64, as shapes, axes and pads are given. */
  ints(numbers: readonly number[]): string;
  /** Constant of float32. */
  floats(numbers: readonly number[], shape?: Shape): string;
  /** Constant of any kind and size; equal ones are written once. */
  table(data: Float32Array | Int32Array, shape: Shape): string;
}

/**
 * Rules that go before those of a table. `values` are all that the outputs need, inputs first. What comes back is asked for every
 * operator; `otherwise` writes it by the table's own rule, with this emitter or another.
 */
export type Refinement = (
  emit: Emitter,
  values: readonly Value[],
  outputs: readonly Value[],
) => (node: OperatorNode, otherwise: (emit: Emitter) => string) => string;

/** What to write besides the nodes. */
export interface LoweringOptions {
  /** Numbers for variables that become part of the model; the other variables become inputs. */
  readonly weights?: ReadonlyMap<string, Tensor>;
  /** Channels per block of the `cpu` lowering; the others do not ask. */
  readonly block?: number | undefined;
  /** How another lowering builds on this one. */
  readonly refine?: Refinement;
  readonly name?: string;
  readonly metadata?: Readonly<Record<string, string>>;
}

/** Operator set and file version that every lowering writes. */
const OPSET = 20;
const IR_VERSION = 10;

/**
 * Model that computes the outputs by a table of rules. Only what the outputs need is written.
 *
 * @throws {@link GraphError} when a weight has the wrong size, or two of inputs, variables and outputs share a name
 */
export function emitModel(
  graph: Graph,
  outputs: Readonly<Record<string, Value>>,
  rules: Readonly<Record<string, LoweringRule>>,
  { weights, refine, name = "fantascope", metadata = {} }: LoweringOptions = {},
): OnnxModel {
  const nodes: OnnxNode[] = [];
  const initializers = new Map<string, OnnxTensor>();
  const inputs = new Map<string, OnnxValueInfo>();
  const names = new Map<Value, string>();
  const known = new Map<string, readonly string[]>();
  const tables = interned<string>();
  let tableCount = 0;

  const initializer = (key: string, dataType: DataType, shape: Shape, data: OnnxTensorData): string => {
    if (!initializers.has(key)) initializers.set(key, { name: key, dataType, shape: [...shape], data });
    return key;
  };
  const leaf = (value: Value): string => {
    const { source, dataType, shape } = value;
    if (source.kind === "operator")
      throw new GraphError({ where: "internal", expected: "a leaf", received: source.op.name });
    if (source.kind === "constant") return initializer(`constant${value.id}`, dataType, shape, source.data);
    const weight = source.kind === "input" ? undefined : weights?.get(source.name);
    if (weight) {
      if (weight.data.length !== shape.reduce((size, extent) => size * extent, 1))
        throw new GraphError({
          where: `weight "${source.name}"`,
          expected: `[${shape.join(", ")}]`,
          received: `[${weight.shape.join(", ")}]`,
        });
      return initializer(source.name, dataType, shape, weight.data);
    }
    if (graph.inputs.has(source.name) && graph.variables.has(source.name))
      throw new GraphError({ where: `"${source.name}"`, expected: "one meaning", received: "an input and a variable" });
    inputs.set(source.name, { name: source.name, dataType, shape: [...shape] });
    return source.name;
  };

  const emit: Emitter = {
    isConstant: ({ source }) => source.kind === "constant" || ("name" in source && weights?.has(source.name) === true),
    name(value) {
      let found = names.get(value);
      if (found === undefined) {
        const { source } = value;
        found = source.kind === "operator" ? operator(value, source) : leaf(value);
        names.set(value, found);
      }
      return found;
    },
    node: (opType, inputNames, attributes = {}, domain = "") =>
      emit.nodes(opType, inputNames, attributes, 1, domain)[0]!,
    nodes(opType, inputNames, attributes, count, domain = "") {
      const key = `${domain}${opType}(${inputNames.join()})${JSON.stringify(attributes)}`;
      const found = known.get(key);
      if (found) return found;
      const made = Array.from({ length: count }, (_, i) => `t${nodes.length}${i ? `_${i}` : ""}`);
      nodes.push({
        opType,
        domain,
        name: `n${nodes.length}`,
        inputs: inputNames,
        outputs: made,
        attributes: Object.fromEntries(Object.entries(attributes).map(([k, v]) => [k, attribute(v)])),
      });
      known.set(key, made);
      return made;
    },
    ints: (numbers) =>
      initializer(`ints_${numbers.join("_")}`, "int64", [numbers.length], BigInt64Array.from(numbers.map(BigInt))),
    floats: (numbers, shape = []) =>
      initializer(`floats_${shape.join("x")}_${numbers.join("_")}`, "float32", shape, Float32Array.from(numbers)),
    table: (data, shape) =>
      tables.of(data, shape, () => initializer(`table${tableCount++}`, dataTypeOf(data), shape, data)),
  };
  const order = neededFor(Object.values(outputs));
  const refined = refine?.(emit, order, Object.values(outputs));
  const operator = (y: Value, { op, inputs, attributes }: Source & { kind: "operator" }): string => {
    const node = { inputs, attributes, y };
    const plainly = (pen: Emitter) => rules[op.name]!(node, pen);
    return refined ? refined(node, plainly) : plainly(emit);
  };

  for (const value of order) emit.name(value);
  const taken = Object.keys(outputs).find((key) => inputs.has(key) || initializers.has(key));
  if (taken !== undefined)
    throw new GraphError({
      where: `output "${taken}"`,
      expected: "a name of its own",
      received: "the name of an input or weight",
      fix: "Names are unique in an ONNX file; give the output another one.",
    });
  const renamed = nameOutputs(outputs, emit, new Set(nodes.flatMap((node) => node.outputs)));
  const rename = (old: string) => renamed.get(old) ?? old;
  const kept = withoutUnused(nodes, Object.keys(outputs), rename);
  const used = new Set(kept.flatMap((node) => node.inputs));
  const isUsed = (leaf: { readonly name: string }) => used.has(leaf.name);
  return {
    irVersion: IR_VERSION,
    opsets: { "": OPSET, ...Object.fromEntries(kept.filter(({ domain }) => domain).map(({ domain }) => [domain, 1])) },
    name,
    nodes: kept,
    initializers: [...initializers.values()].filter(isUsed),
    inputs: [...inputs.values()].filter(isUsed),
    outputs: Object.entries(outputs).map(([key, { dataType, shape }]) => ({ name: key, dataType, shape: [...shape] })),
    metadata,
  };
}

/** Values that the outputs depend on, inputs first: so that naming them in turn never recurses deeply. */
export function neededFor(outputs: readonly Value[]): Value[] {
  const found = new Set<Value>();
  const open = [...outputs];
  for (let value = open.pop(); value; value = open.pop()) {
    if (found.has(value)) continue;
    found.add(value);
    if (value.source.kind === "operator") open.push(...value.source.inputs);
  }
  return [...found].sort((a, b) => a.id - b.id);
}

/** New names for node results that are outputs. What is no node's result, or has a name already, gets an `Identity`. */
function nameOutputs(
  outputs: Readonly<Record<string, Value>>,
  emit: Emitter,
  results: ReadonlySet<string>,
): ReadonlyMap<string, string> {
  const renamed = new Map<string, string>();
  for (const [key, value] of Object.entries(outputs)) {
    const current = emit.name(value);
    if (results.has(current) && !renamed.has(current)) renamed.set(current, key);
    else renamed.set(emit.node("Identity", [current], { output: key }), key);
  }
  return renamed;
}

/** Nodes whose results reach an output, with final names: some rules use only a part of what their inputs' rules wrote. */
function withoutUnused(
  nodes: readonly OnnxNode[],
  outputs: readonly string[],
  rename: (old: string) => string,
): OnnxNode[] {
  const used = new Set(outputs);
  const kept: OnnxNode[] = [];
  for (const node of nodes.toReversed()) {
    const results = node.outputs.map(rename);
    if (!results.some((result) => used.has(result))) continue;
    const inputs = node.inputs.map(rename);
    for (const input of inputs) used.add(input);
    const attributes = node.opType === "Identity" ? {} : node.attributes;
    kept.push({ ...node, inputs, outputs: results, attributes });
  }
  return kept.reverse();
}

function attribute(value: PlainAttributes[string]): Attribute {
  if (typeof value === "number") return { type: "int", value };
  if (typeof value === "string") return { type: "string", value };
  if ("float" in value) return { type: "float", value: value.float };
  return "floats" in value ? { type: "floats", value: value.floats } : { type: "ints", value };
}
