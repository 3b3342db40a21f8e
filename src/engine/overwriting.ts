/**
 * Which new numbers of a step may be written over the old ones, proven by the order of the graph.
 *
 * The runtime goes through nodes one after another, each after those it reads from. So everything that the result of a node depends on has been
 * done when the node writes. An old array may be overwritten by that node if all its readers are among what the node depends on; or are
 * the node itself, where it reads number i before it writes number i. Moments and averages are read once, on the way to their new values; a
 * filter is read again by the gradient of the layer before, which its own new value does not depend on.
 */

import type { OnnxModel, OnnxNode } from "../onnx/model.ts";

/** Operators whose result is their first input under another shape; the runtime lets both share their memory. */
const VIEWS = new Set(["Reshape", "Squeeze", "Unsqueeze", "Identity"]);

/** Operators that read number i of arrays of their result's shape for number i of the result alone. */
const ONE_BY_ONE = new Set(["Add", "Sub", "Mul", "Div"]);

/**
 * Of pairs (an input, the output that replaces it) those inputs whose memory the output may take.
 *
 * @param pairs names of inputs and outputs of the model, both of one shape
 */
export function overwritable(
  model: OnnxModel,
  pairs: readonly (readonly [input: string, output: string])[],
): ReadonlySet<string> {
  const makers = new Map<string, number>();
  const readers = new Map<string, number[]>();
  for (const [at, { inputs, outputs }] of model.nodes.entries()) {
    for (const name of outputs) makers.set(name, at);
    for (const name of new Set(inputs)) readers.set(name, [...(readers.get(name) ?? []), at]);
  }
  const readersOf = (name: string): number[] =>
    (readers.get(name) ?? []).flatMap((at) => {
      const node = model.nodes[at]!;
      return VIEWS.has(node.opType) && node.inputs[0] === name ? [at, ...readersOf(node.outputs[0]!)] : [at];
    });
  const safe = pairs.filter(([input, output]) => {
    const maker = makers.get(output);
    if (maker === undefined) return false;
    const before = ancestors(model, maker, makers);
    return readersOf(input).every((at) => before.has(at) || (at === maker && readsOneByOne(model, at, input)));
  });
  return new Set(safe.map(([input]) => input));
}

/** Nodes that a node depends on. */
function ancestors({ nodes }: OnnxModel, of: number, makers: ReadonlyMap<string, number>): ReadonlySet<number> {
  const found = new Set<number>();
  const open = [of];
  for (let at = open.pop(); at !== undefined; at = open.pop())
    for (const name of nodes[at]!.inputs) {
      const maker = makers.get(name);
      if (maker === undefined || found.has(maker)) continue;
      found.add(maker);
      open.push(maker);
    }
  return found;
}

/** The input itself, not a view of it: an array of the result's shape, since it is a state and the result its next value. */
function readsOneByOne({ nodes }: OnnxModel, at: number, input: string): boolean {
  const { opType, inputs }: OnnxNode = nodes[at]!;
  return ONE_BY_ONE.has(opType) && inputs.includes(input);
}
