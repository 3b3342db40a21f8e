/**
 * Networks that others trained, as graphs: run them, differentiate them, freeze a part and train the rest, or use their layers in a loss.
 *
 * What depends on shapes alone is worked out while reading, because shapes here are fixed; what is left is real arithmetic, for which
 * each operator of ONNX has a rule (`rules/`) that says it in operators of the engine.
 */

import { FantascopeError, FormatError, GraphError, ShapeError } from "../../core/errors.ts";
import { formatShape, sizeOf } from "../../core/shape.ts";
import type { OnnxModel, OnnxNode } from "../../onnx/model.ts";
import { nodeLabel, orderedNodes } from "../../onnx/ordered-nodes.ts";
import type { Graph, Value } from "../graph.ts";
import { foldingRules } from "./folding.ts";
import { type BatchNormForm, type ForeignContext, foreignNode } from "./foreign-node.ts";
import { type HostArray, hostOf, isReal } from "./host-array.ts";
import { type GivenInput, modelInputs } from "./model-inputs.ts";
import { asValue, isFoldable, type Operand, type Weight } from "./operand.ts";
import { type PlannedNode, planned } from "./plan.ts";
import { foreignRules } from "./rules/index.ts";
import { weightOf } from "./weight.ts";

/** Oldest operator set that is read, and the newest that onnxruntime 1.30 takes. */
export const foreignOpsets = { oldest: 11, newest: 26 } as const;

/** How to read a model. */
export interface ImportOptions {
  /** What stands for each input of the model; an input that the file gives a full shape need not be named. */
  readonly inputs?: Readonly<Record<string, GivenInput>>;
  /** Names of values to compute, anywhere in the model; its outputs unless given. Nodes that they do not need are not read. */
  readonly outputs?: readonly string[];
  /**
   * Which weights stay as they are, all or none or by their name in the file; they become constants. None unless given. A file does not
   * say what was trained: fixed tables, such as the grid of a detector, look like weights too and should be named here.
   */
  readonly frozen?: boolean | ((name: string) => boolean);
  /** `frozen` (unless given): one fixed scale and shift per channel. `trainable`: scale and offset are weights like others. */
  readonly batchNorm?: BatchNormForm;
  /** Put before the names of new inputs and parameters, with a slash: two models in one graph need two. */
  readonly prefix?: string;
}

/** A model as part of a graph. */
export interface ImportedModel {
  readonly inputs: Readonly<Record<string, Value>>;
  readonly outputs: Readonly<Record<string, Value>>;
  /** Names, in the graph, of the weights that can be trained, in the order of their use. */
  readonly parameters: readonly string[];
  /** Any value that the outputs need, by its name in the file. @throws {@link GraphError} when there is none */
  value(name: string): Value;
}

/**
 * Puts a foreign model into a graph.
 *
 * Weights become parameters whose first numbers are those of the file (half and double precision as float32), so that
 * `initialState([graph], …)` is the trained network. Importing the same model again under the same prefix shares them. Single numbers in
 * plain arithmetic are taken for literals. Batch normalisation and dropout are read as they are in use.
 *
 * @throws {@link FormatError} when the file is broken or its operators are not supported; all of them are named before any work
 * @throws {@link GraphError} when inputs are missing, or a name in the graph is taken by other weights
 * @throws {@link ShapeError} when shapes do not fit the model
 * @example
 * const { outputs } = importModel(graph, await readModel("squeezenet.onnx"), { inputs: { image }, outputs: ["fire5"], frozen: true });
 */
export function importModel(
  graph: Graph,
  model: OnnxModel,
  { inputs: given = {}, outputs: named, frozen = false, batchNorm = "frozen", prefix = "" }: ImportOptions = {},
): ImportedModel {
  const where = `ONNX model "${model.name}"`;
  const opset = requireOpset(model, where);
  const wanted = named ?? model.outputs.map(({ name }) => name);
  const nodes = orderedNodes(model, { where, outputs: wanted });

  const graphName = (name: string) => (prefix === "" ? name : `${prefix}/${name}`);
  const isFrozen = typeof frozen === "function" ? frozen : () => frozen;
  const parameters = new Set<string>();
  const real = (name: string, array: HostArray): Weight =>
    weightOf(graph, name, array, {
      graphName: graphName(name),
      isFrozen: isFrozen(name),
      onUse: () => void parameters.add(graphName(name)),
    });

  const operands = new Map<string, Operand>();
  for (const tensor of model.initializers) {
    const [name, array] = [tensor.name, hostOf(tensor)];
    operands.set(
      name,
      isReal(array.dataType) ? { kind: "weight", weight: real(name, array) } : { kind: "constant", array },
    );
  }
  const plan = planned(nodes, { where, known: knownNames(operands, given) });
  const needed = new Set([...wanted, ...nodes.flatMap((node) => node.inputs)]);
  const inputs = modelInputs(graph, model, { where, given, needed, graphName });
  for (const [name, operand] of inputs) operands.set(name, operand);

  const context: ForeignContext = { graph, opset, where, batchNorm };
  for (const step of plan)
    for (const [i, result] of resultsOf(context, step, operands).entries()) {
      const name = step.node.outputs[i];
      if (!name) continue;
      const written = step.node.opType === "Constant" && result.kind === "constant" ? result.array : undefined;
      operands.set(
        name,
        written && isReal(written.dataType)
          ? { kind: "constant", array: written, weight: real(name, written) }
          : result,
      );
    }

  const value = (name: string): Value => {
    const operand = operands.get(name);
    if (operand) return asValue(operand, graph, `${where}: "${name}"`);
    const fix = "Name it among the outputs.";
    throw new GraphError({ where, expected: "a value that the outputs need", received: `"${name}"`, fix });
  };
  const outputs = Object.fromEntries(wanted.map((name) => [name, value(name)]));
  const computed = [...inputs]
    .filter(([, operand]) => operand.kind === "computed")
    .map(([name]) => [name, value(name)]);
  return { inputs: Object.fromEntries(computed), outputs, parameters: [...parameters], value };
}

/** Names that take part in arithmetic while reading, before any node: what the caller gives has the last word. */
function knownNames(
  operands: ReadonlyMap<string, Operand>,
  given: Readonly<Record<string, GivenInput>>,
): ReadonlySet<string> {
  const known = new Set([...operands].flatMap(([name, operand]) => (isFoldable(operand) ? [name] : [])));
  for (const [name, found] of Object.entries(given))
    if ("data" in found) known.add(name);
    else known.delete(name);
  return known;
}

function requireOpset({ opsets }: OnnxModel, where: string): number {
  const opset = opsets[""] ?? opsets["ai.onnx"];
  const { oldest, newest } = foreignOpsets;
  if (opset !== undefined && opset >= oldest && opset <= newest) return opset;
  throw new FormatError({
    where,
    expected: `the standard operator set in version ${oldest} to ${newest}`,
    received: opset === undefined ? "another one alone" : `version ${opset}`,
    fix: "Convert the model, e.g. with onnx.version_converter.convert_version(model, 20) in Python.",
  });
}

/** Most elements of one array: the runtime counts bytes and elements with 32 bits in places. */
const MAX_ELEMENTS = 2 ** 31 - 1;

function resultsOf(
  context: ForeignContext,
  { node, folds }: PlannedNode,
  operands: ReadonlyMap<string, Operand>,
): readonly Operand[] {
  const inputs = node.inputs.map((name) => (name === "" ? undefined : operands.get(name)));
  const view = foreignNode(context, node, inputs);
  if (folds) {
    const arrays = foldingRules.get(node.opType)!(view);
    return ("numbers" in arrays ? [arrays] : arrays).map((array) => ({ kind: "constant", array }));
  }
  const results = explained(context.where, node, () => foreignRules.get(node.opType)!(view));
  const all: readonly Operand[] = "graph" in results ? [{ kind: "computed", value: results }] : results;
  for (const result of all) {
    if (result.kind !== "computed") continue;
    const { shape } = result.value;
    if (sizeOf(shape) > MAX_ELEMENTS || shape.some((extent) => !Number.isSafeInteger(extent) || extent < 1))
      throw view.refusal(`a result of 1 to ${MAX_ELEMENTS} numbers`, formatShape(shape));
  }
  return all;
}

/** Errors of the engine, led by the node they come from. */
function explained<T>(where: string, node: OnnxNode, build: () => T): T {
  try {
    return build();
  } catch (error) {
    if (!(error instanceof FantascopeError) || error.where.startsWith(where)) throw error;
    const { expected, received, fix } = error;
    const Kind = error instanceof ShapeError ? ShapeError : error instanceof GraphError ? GraphError : FormatError;
    const place = `${where}: ${nodeLabel(node)}, ${error.where}`;
    throw new Kind({ where: place, expected, received, ...(fix === undefined ? {} : { fix }), cause: error });
  }
}
