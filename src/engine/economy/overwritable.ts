/**
 * Which new numbers of a step may be written over the old ones, proven by the order of the graph.
 *
 * The runtime goes through nodes one after another, each after those it reads from. So everything that the result of a node depends on has been
 * done when the node writes. An old array may be overwritten by that node if all its readers are among what the node depends on; or are
 * the node itself, where it reads number i before it writes number i. Moments and averages are read once, on the way to their new values; a
 * filter is read again by the gradient of the layer before, which its own new value does not depend on.
 */

import type { OnnxModel } from "../../onnx/model.ts";
import { dependencies } from "./dependencies.ts";
import { isView } from "./views.ts";

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
  const { makers, readers, dependsOn } = dependencies(model);
  const readersOf = (name: string): number[] =>
    (readers.get(name) ?? []).flatMap((at) => {
      const node = model.nodes[at]!;
      return isView(node) ? [at, ...readersOf(node.outputs[0]!)] : [at];
    });
  const safe = pairs.filter(([input, output]) => {
    const maker = makers.get(output);
    if (maker === undefined) return false;
    const { opType, inputs } = model.nodes[maker]!;
    const isOneByOne = ONE_BY_ONE.has(opType) && inputs.includes(input);
    return readersOf(input).every((at) => dependsOn(maker, at) || (at === maker && isOneByOne));
  });
  return new Set(safe.map(([input]) => input));
}
