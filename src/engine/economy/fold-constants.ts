/**
 * Computes once what depends on constants alone, such as filters brought into the order and the sums in which blocked convolutions read them.
 *
 * The runtime does so for operators of the standard, but not for its own blocked ones.
 */

import type { OnnxModel, OnnxNode } from "../../onnx/model.ts";
import { arrayTypes, bytesOf } from "../diagnostics/array-types.ts";
import { NCHWC } from "../lowerings/cpu/pen.ts";
import { openSession } from "../session.ts";

/**
 * Bytes of results that are kept, the largest first: small ones are made from caches. The others are made again at every run, which takes a few hundredths of
 * it, rather than lie there twice.
 */
const MOST_BYTES = 20 * 2 ** 20;

/** Operators of the standard that bring filters into order. */
const ORDERING = new Set(["Concat", "Gather", "Reshape", "Transpose"]);

/** The same model with the results of such nodes as constants, of as many as fit into {@link MOST_BYTES}. */
export async function foldConstants(model: OnnxModel): Promise<OnnxModel> {
  const constant = new Map(model.initializers.map(({ name, dataType }) => [name, dataType]));
  const foldable = model.nodes.filter(({ domain, opType, inputs, outputs }) => {
    const isKnown = inputs.every((name) => name === "" || constant.has(name));
    const isFoldable = (domain === NCHWC || ORDERING.has(opType)) && constant.get(inputs[0]!) === "float32";
    if (isKnown && isFoldable) for (const name of outputs) constant.set(name, "float32");
    return isKnown && isFoldable;
  });
  const others = model.nodes.filter(({ outputs }) => !outputs.some((name) => constant.has(name)));
  const read = new Set(others.flatMap(({ inputs }) => inputs));
  for (const { name } of model.outputs) read.add(name);
  const types = arrayTypes({ ...model, nodes: foldable, inputs: [] });
  const made = foldable.flatMap(({ outputs }) => outputs).filter((name) => read.has(name));
  const kept = fitting(made, (name) => bytesOf(types.get(name)!));
  if (kept.length === 0 || model.outputs.some(({ name }) => constant.has(name))) return model;
  const outputs = kept.map((name) => ({ name, dataType: "float32" as const, shape: types.get(name)!.shape }));
  const alone = { ...model, nodes: needed({ nodes: foldable, outputs }), inputs: [], outputs };
  const session = await openSession(alone, { optimization: "disabled", exactShapes: true });
  const results = await session.run({});
  await session.release();
  const numbers = kept.map((name) => ({ name, dataType: "float32" as const, ...results[name]! }));
  const nodes = needed(model, new Set(kept));
  const stillRead = new Set([...nodes.flatMap(({ inputs }) => inputs), ...model.outputs.map(({ name }) => name)]);
  return {
    ...model,
    nodes,
    initializers: [...model.initializers.filter(({ name }) => stillRead.has(name)), ...numbers],
  };
}

/** The largest of some results, as many as fit. */
function fitting(names: readonly string[], bytes: (name: string) => number): string[] {
  let left = MOST_BYTES;
  return names
    .toSorted((a, b) => bytes(b) - bytes(a))
    .filter((name) => {
      const fits = bytes(name) <= left;
      if (fits) left -= bytes(name);
      return fits;
    });
}

/** The nodes that outputs need where some results are there already. */
function needed(
  { nodes, outputs }: Pick<OnnxModel, "nodes" | "outputs">,
  known: ReadonlySet<string> = new Set(),
): OnnxNode[] {
  const wanted = new Set(outputs.map(({ name }) => name));
  const kept: OnnxNode[] = [];
  for (const node of nodes.toReversed()) {
    if (!node.outputs.some((name) => wanted.has(name) && !known.has(name))) continue;
    kept.push(node);
    for (const name of node.inputs) wanted.add(name);
  }
  return kept.reverse();
}
