/**
 * Computes once what depends on constants alone, such as filters brought into the order and the sums in which blocked convolutions read them.
 *
 * The runtime does so for operators of the standard, but not for its own blocked ones.
 */

import type { OnnxModel } from "../../onnx/model.ts";
import { arrayTypes, bytesOf } from "../diagnostics/array-types.ts";
import { NCHWC } from "../lowerings/cpu/pen.ts";
import { openSession } from "../session.ts";

/** Bytes of results up to which they are kept: larger ones are made again at every run, which takes a few hundredths of it, rather than lie there twice. */
const MOST_BYTES = 2 ** 25;

/** Operators of the standard that bring filters into order. */
const ORDERING = new Set(["Concat", "Gather", "Reshape", "Transpose"]);

/** The same model with the results of such nodes as constants. */
export async function foldConstants(model: OnnxModel): Promise<OnnxModel> {
  const constant = new Map(model.initializers.map(({ name, dataType }) => [name, dataType]));
  const folded = new Set(
    model.nodes.filter(({ domain, opType, inputs, outputs }) => {
      const isKnown = inputs.every((name) => name === "" || constant.has(name));
      const isFoldable = (domain === NCHWC || ORDERING.has(opType)) && constant.get(inputs[0]!) === "float32";
      if (isKnown && isFoldable) for (const name of outputs) constant.set(name, "float32");
      return isKnown && isFoldable;
    }),
  );
  const left = model.nodes.filter((node) => !folded.has(node));
  const read = new Set([...left.flatMap(({ inputs }) => inputs), ...model.outputs.map(({ name }) => name)]);
  const wanted = [...folded].flatMap(({ outputs }) => outputs).filter((name) => read.has(name));
  const alone = { ...model, nodes: [...folded], inputs: [] };
  const types = arrayTypes(alone);
  const bytes = wanted.reduce((sum, name) => sum + bytesOf(types.get(name)!), 0);
  if (wanted.length === 0 || bytes > MOST_BYTES || model.outputs.some(({ name }) => constant.has(name))) return model;
  const session = await openSession(
    { ...alone, outputs: wanted.map((name) => ({ name, dataType: "float32", shape: types.get(name)!.shape })) },
    { optimization: "disabled", exactShapes: true },
  );
  const results = await session.run({});
  await session.release();
  const made = wanted.map((name) => ({ name, dataType: "float32" as const, ...results[name]! }));
  return { ...model, nodes: left, initializers: [...model.initializers.filter(({ name }) => read.has(name)), ...made] };
}
