import { FormatError } from "../core/errors.ts";
import type { OnnxModel, OnnxNode } from "./model.ts";

/**
 * The nodes that given values need, each after those whose results it takes.
 *
 * The whole graph is checked first, needed or not: every name is given once, and every name taken is given by somebody.
 *
 * @param outputs names of values; the model's outputs unless given
 * @throws {@link FormatError} when a name is given twice, is missing, or nodes wait for each other in a circle
 */
export function orderedNodes(
  model: OnnxModel,
  {
    where = `ONNX model "${model.name}"`,
    outputs = model.outputs.map(({ name }) => name),
  }: { readonly where?: string; readonly outputs?: readonly string[] } = {},
): OnnxNode[] {
  const makers = makersOf(model, where);
  for (const node of model.nodes) for (const input of node.inputs) requireKnown(input, makers, where, nodeLabel(node));
  for (const output of outputs) requireKnown(output, makers, where, `output "${output}"`);

  const ordered: OnnxNode[] = [];
  const state = new Map<OnnxNode, "open" | "done">();
  // Depth first with a stack of its own: chains of nodes are longer than the call stack is deep.
  const open = outputs.toReversed().flatMap((name) => makers.get(name) ?? []);
  for (let node = open.at(-1); node; node = open.at(-1)) {
    if (!state.has(node)) {
      state.set(node, "open");
      for (const input of node.inputs) {
        const maker = makers.get(input);
        if (!maker || state.get(maker) === "done") continue;
        if (state.get(maker) === "open")
          throw new FormatError({
            where,
            expected: "nodes that can run one after the other",
            received: `${nodeLabel(node)}, which needs "${input}" and, in a circle, is needed for it`,
            fix: BROKEN,
          });
        open.push(maker);
      }
    } else {
      open.pop();
      if (state.get(node) === "open") ordered.push(node);
      state.set(node, "done");
    }
  }
  return ordered;
}

/** A node as errors name it. */
export function nodeLabel({ opType, name, outputs }: OnnxNode): string {
  return `${opType} "${name || outputs[0] || ""}"`;
}

const BROKEN = "The file is broken: export the model again, or look at it with onnx.checker.check_model in Python.";

/** Who gives each name: a node, or nobody in the graph (an input or initializer). */
function makersOf(model: OnnxModel, where: string): ReadonlyMap<string, OnnxNode | undefined> {
  const makers = new Map<string, OnnxNode | undefined>();
  const twice = (name: string, whose: string) =>
    new FormatError({
      where,
      expected: "one value of each name",
      received: `"${name}" again, by ${whose}`,
      fix: BROKEN,
    });
  for (const { name } of model.initializers) {
    if (makers.has(name)) throw twice(name, "an initializer");
    makers.set(name, undefined);
  }
  const inputs = new Set<string>();
  for (const { name } of model.inputs) {
    if (inputs.has(name)) throw twice(name, "an input");
    inputs.add(name); // an input may share its name with an initializer, which is then its default
    makers.set(name, undefined);
  }
  for (const node of model.nodes)
    for (const output of node.outputs) {
      if (output === "") continue; // a result that nobody wants
      if (makers.has(output)) throw twice(output, nodeLabel(node));
      makers.set(output, node);
    }
  return makers;
}

function requireKnown(name: string, makers: ReadonlyMap<string, unknown>, where: string, whose: string): void {
  if (name === "" || makers.has(name)) return;
  throw new FormatError({
    where,
    expected: `a value "${name}" for ${whose}`,
    received: "none of that name",
    fix: BROKEN,
  });
}
