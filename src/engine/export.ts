import { GraphError } from "../core/errors.ts";
import { encodeModel } from "../onnx/encode.ts";
import type { Graph, Value } from "./graph.ts";
import { portable } from "./lowerings/portable.ts";
import type { State } from "./step.ts";

/** What an exported model computes, with whose weights. */
export interface ExportOptions {
  /** Names of the graph's inputs that the model takes; all that its outputs need unless given, and then exactly these. */
  readonly inputs?: readonly string[];
  readonly outputs: Readonly<Record<string, Value>>;
  readonly state: State;
  readonly name?: string;
  /** Notes that travel in the file: how inputs are normalised, what the outputs mean. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/**
 * ONNX file of a trained network: standard operators, weights inside.
 *
 * @throws {@link GraphError} when the state lacks a parameter, or the outputs need other inputs than named
 */
export function exportModel(graph: Graph, { inputs, outputs, state, name, metadata }: ExportOptions): Uint8Array {
  const model = portable(graph, outputs, {
    weights: state,
    ...(name === undefined ? {} : { name }),
    ...(metadata === undefined ? {} : { metadata }),
  });
  const found = model.inputs.map((input) => input.name);
  const missing = found.find((input) => graph.variables.has(input));
  if (missing !== undefined)
    throw new GraphError({ where: "export", expected: `numbers for "${missing}" in the state`, received: "none" });
  const wanted = inputs ?? found;
  if (wanted.length !== found.length || !wanted.every((input) => found.includes(input)))
    throw new GraphError({ where: "export", expected: `inputs ${wanted.join(", ")}`, received: found.join(", ") });
  const ordered = wanted.map((input) => model.inputs.find((info) => info.name === input)!);
  return encodeModel({ ...model, inputs: ordered });
}
