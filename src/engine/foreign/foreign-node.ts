/** One node of a foreign model as a rule sees it: inputs and attributes by what they should be, with an error for everything else. */

import { FormatError } from "../../core/errors.ts";
import { formatShape, type Shape } from "../../core/shape.ts";
import type { Attribute, OnnxNode, OnnxTensor } from "../../onnx/model.ts";
import { nodeLabel } from "../../onnx/ordered-nodes.ts";
import type { Graph, Value } from "../graph.ts";
import type { HostArray } from "./host-array.ts";
import { asValue, knownNumbers, type Operand, shapeOf } from "./operand.ts";

/** How batch normalisation is read: as fixed numbers, or with a scale and offset to train. */
export type BatchNormForm = "frozen" | "trainable";

/** What a rule may know besides its node. */
export interface ForeignContext {
  readonly graph: Graph;
  /** Version of the standard operator set that the model is written in. */
  readonly opset: number;
  /** Leads every error. */
  readonly where: string;
  readonly batchNorm: BatchNormForm;
}

/** See {@link foreignNode}. */
export interface ForeignNode extends ForeignContext {
  readonly opType: string;
  /** Number of inputs written down, absent ones included. */
  readonly arity: number;
  /** How many results the node names; unnamed ones at the end do not count. */
  readonly resultCount: number;
  has(input: number): boolean;
  operand(input: number): Operand;
  /** Input as a value of the graph; literals become constants. */
  value(input: number): Value;
  /** Input that stands where weights stand: even a single number of the file is a parameter here. */
  weight(input: number): Value;
  shape(input: number): Shape;
  /** Input that must be known while reading. */
  known(input: number): HostArray;
  /** Numbers of such an input, or of the attribute that older operator sets have in its place; `undefined` when there is neither. */
  list(input: number, attribute?: string): readonly number[] | undefined;
  int(name: string, otherwise?: number): number;
  ints(name: string): readonly number[] | undefined;
  float(name: string, otherwise?: number): number;
  text(name: string, otherwise: string): string;
  attribute<T extends Attribute["type"]>(name: string, type: T): Extract<Attribute, { type: T }>["value"] | undefined;
  tensor(name: string): OnnxTensor | undefined;
  /** Error about this node. */
  refusal(expected: string, received: string, fix?: string): FormatError;
}

/** Rule of an operator: its results in order. */
export type ForeignRule = (node: ForeignNode) => Value | readonly Operand[];

/** View of a node whose inputs are worked out. */
export function foreignNode(
  { where: place, ...context }: ForeignContext,
  node: OnnxNode,
  operands: readonly (Operand | undefined)[],
): ForeignNode {
  const where = `${place}: ${nodeLabel(node)}`;
  const refusal = (expected: string, received: string, fix?: string) =>
    new FormatError({ where, expected, received, ...(fix === undefined ? {} : { fix }) });
  const attribute: ForeignNode["attribute"] = (name, type) => {
    const found = Object.hasOwn(node.attributes, name) ? node.attributes[name] : undefined;
    if (found && found.type !== type) throw refusal(`attribute ${name} as ${type}`, found.type);
    return found?.value as never;
  };
  const required = <T>(name: string, found: T | undefined): T => {
    if (found === undefined) throw refusal(`an attribute ${name}`, "none");
    return found;
  };
  const view: ForeignNode = {
    ...context,
    where,
    opType: node.opType,
    arity: node.inputs.length,
    resultCount: node.outputs.findLastIndex((name) => name !== "") + 1,
    has: (input) => operands[input] !== undefined,
    operand(input) {
      const found = operands[input];
      if (!found) throw refusal(`an input ${input}`, "none");
      return found;
    },
    value: (input) => asValue(view.operand(input), context.graph, where),
    weight(input) {
      const operand = view.operand(input);
      const weight = operand.kind === "computed" ? undefined : operand.weight;
      return weight ? weight.asParameter() : view.value(input);
    },
    shape: (input) => shapeOf(view.operand(input)),
    known(input) {
      const found = knownNumbers(view.operand(input));
      if (!found)
        throw refusal(
          `input ${input} to be known before the model runs`,
          "something computed from the model's inputs",
          "Export the model for fixed shapes.",
        );
      return found;
    },
    list(input, name) {
      if (view.has(input)) return Array.from(view.known(input).numbers);
      return name === undefined ? undefined : view.ints(name);
    },
    int: (name, otherwise) => required(name, attribute(name, "int") ?? otherwise),
    ints: (name) => attribute(name, "ints"),
    float: (name, otherwise) => required(name, attribute(name, "float") ?? otherwise),
    text: (name, otherwise) => attribute(name, "string") ?? otherwise,
    attribute,
    tensor: (name) => attribute(name, "tensor"),
    refusal,
  };
  return view;
}

/** All inputs of a node that takes any number of them, by one of the ways to look at them. @throws {@link FormatError} when there are none */
export function everyInput<T>(node: ForeignNode, look: (input: number) => T): T[] {
  if (node.arity === 0) throw node.refusal("at least one input", "none");
  return Array.from({ length: node.arity }, (_, input) => look(input));
}

/** Axis counted from the start. @throws {@link FormatError} when the array has no such axis */
export function axisOf(node: ForeignNode, axis: number, rank: number): number {
  const positive = axis < 0 ? axis + rank : axis;
  if (Number.isInteger(positive) && positive >= 0 && positive < rank) return positive;
  throw node.refusal(`an axis of ${rank}`, `${axis}`);
}

/** Axes counted from the start, each once. @throws {@link FormatError} */
export function axesOf(node: ForeignNode, axes: readonly number[], rank: number): number[] {
  const positive = axes.map((axis) => axisOf(node, axis, rank));
  if (new Set(positive).size !== positive.length) throw node.refusal("each axis once", formatShape(axes));
  return positive;
}
