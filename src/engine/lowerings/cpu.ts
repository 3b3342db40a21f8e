/**
 * The lowering for the CPU provider of onnxruntime: images lie in its blocked layout NCHWc from the first convolution to the last.
 *
 * It refines `portable`: operators with a rule in `cpu/rules.ts` work on blocked arrays, all others are written as `portable` does. Layout
 * changes come about where the two meet. Parameters and optimizer states stay as they are, so checkpoints do not depend on the lowering.
 */

import type { OnnxModel } from "../../onnx/model.ts";
import type { Graph, Value } from "../graph.ts";
import { createLayouts } from "./cpu/pen.ts";
import type { BlockedRule } from "./cpu/rule.ts";
import { blockedRules } from "./cpu/rules.ts";
import type { LoweringOptions, Refinement } from "./emitter.ts";
import { portable } from "./portable.ts";

/** ONNX for the outputs with blocked images; without `options.block` what {@link portable} writes. */
export function cpu(
  graph: Graph,
  outputs: Readonly<Record<string, Value>>,
  { block, ...options }: LoweringOptions = {},
): OnnxModel {
  return portable(graph, outputs, block === undefined ? options : { ...options, refine: blocked(block) });
}

function blocked(block: number): Refinement {
  const rules: Readonly<Record<string, BlockedRule | undefined>> = blockedRules as Record<string, BlockedRule>;
  return (emit, values, outputs) => {
    const { pen, lay } = createLayouts(emit, block, values, outputs);
    return (node, otherwise) => {
      const { source } = node.y;
      const rule = source.kind === "operator" ? rules[source.op.name] : undefined;
      const result = rule?.(node, pen, otherwise);
      if (result === undefined) return otherwise(emit);
      return typeof result === "string" ? result : lay(node.y, result);
    };
  };
}
