/**
 * The order in which onnxruntime runs the nodes of a model, and how to make it a thrifty one.
 *
 * The runtime walks backwards from the nodes whose results no other node reads, the *last* ones, beginning with the one that stands last in the
 * file; before a node it runs what makes its inputs, of several first the one that stands last in the file. So the last nodes decide: if the
 * update of the first layer's filter came first, the gradients of all images would be made and kept before a single filter is moved on.
 *
 * @see onnxruntime, `GraphViewer` and `Graph::ReverseDFSFrom`
 */

import type { OnnxModel, OnnxNode } from "../../onnx/model.ts";
import { dependencies } from "./dependencies.ts";

/** Nodes in the order in which the runtime goes through them, if it leaves the model as it is. */
export function runOrder({ nodes }: Pick<OnnxModel, "nodes">): OnnxNode[] {
  const { makers, readers } = dependencies({ nodes });
  const order: OnnxNode[] = [];
  const seen = new Uint8Array(nodes.length);
  const open = nodes.flatMap((node, at) => (isLast(node, readers) ? [{ at, isDone: false }] : []));
  for (let entry = open.pop(); entry; entry = open.pop()) {
    const { at, isDone } = entry;
    if (isDone) {
      order.push(nodes[at]!);
      continue;
    }
    if (seen[at]) continue;
    seen[at] = 1;
    open.push({ at, isDone: true });
    const before = new Set(nodes[at]!.inputs.flatMap((name) => makers.get(name) ?? []));
    for (const maker of [...before].sort((a, b) => a - b)) if (!seen[maker]) open.push({ at: maker, isDone: false });
  }
  return order;
}

/** The same model with its last nodes so placed that the runtime comes first to those that need least. */
export function leastFirst<Model extends Pick<OnnxModel, "nodes">>(model: Model): Model {
  const { readers, count } = dependencies(model);
  const needs = new Map(model.nodes.map((node, at) => [node, count(at)]));
  const last = model.nodes.filter((node) => isLast(node, readers));
  const others = model.nodes.filter((node) => !isLast(node, readers));
  return { ...model, nodes: [...others, ...last.toSorted((a, b) => needs.get(b)! - needs.get(a)!)] };
}

function isLast({ outputs }: OnnxNode, readers: ReadonlyMap<string, unknown>): boolean {
  return outputs.every((name) => !readers.has(name));
}
