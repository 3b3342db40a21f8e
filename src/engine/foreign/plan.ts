import { FormatError } from "../../core/errors.ts";
import type { OnnxNode } from "../../onnx/model.ts";
import { foldingRules, shapeOperators } from "./folding.ts";
import { foreignRules } from "./rules/index.ts";

/** A node, and whether it is worked out while reading or becomes part of the graph. */
export interface PlannedNode {
  readonly node: OnnxNode;
  readonly folds: boolean;
}

/** Most names that one error spells out. */
const MAX_LISTED = 8;

/**
 * What happens to each node, before anything happens to any of them.
 *
 * @param nodes in order
 * @param known names of inputs and initializers that take part in arithmetic while reading
 * @throws {@link FormatError} that names every node that cannot be read
 */
export function planned(
  nodes: readonly OnnxNode[],
  { where, known }: { readonly where: string; readonly known: Iterable<string> },
): PlannedNode[] {
  const isKnown = new Set(known);
  const unsupported = new Map<string, string[]>();
  const plan = nodes.map((node) => {
    const isStandard = node.domain === "" || node.domain === "ai.onnx";
    const folds =
      isStandard &&
      foldingRules.has(node.opType) &&
      (shapeOperators.has(node.opType) || node.inputs.every((input) => input === "" || isKnown.has(input)));
    if (folds) for (const output of node.outputs) isKnown.add(output);
    else if (!isStandard || !foreignRules.has(node.opType)) {
      const kind = isStandard ? node.opType : `${node.domain}.${node.opType}`;
      const kept = unsupported.get(kind) ?? [];
      unsupported.set(kind, [...kept, node.name || node.outputs[0] || "unnamed"]);
    }
    return { node, folds };
  });
  if (unsupported.size > 0)
    throw new FormatError({
      where,
      expected: "operators that can be differentiated",
      received: [...unsupported].map(([kind, names]) => `${kind} (${listed(names)})`).join(", "),
      fix:
        "Take outputs that lie before these nodes, with the option `outputs`; or export the model without them, such as the " +
        "decoding of boxes after a detector.",
    });
  return plan;
}

function listed(names: readonly string[]): string {
  const rest = names.length - MAX_LISTED;
  return `${names
    .slice(0, MAX_LISTED)
    .map((name) => `"${name}"`)
    .join(", ")}${rest > 0 ? ` and ${rest} more` : ""}`;
}
