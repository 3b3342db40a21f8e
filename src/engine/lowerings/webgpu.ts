/**
 * The lowering for the WebGPU provider of onnxruntime.
 *
 * It refines `portable`: the few operators in `webgpu/rules.ts` are written otherwise, because the provider's own are missing, wrong, or not
 * exact enough (docs/devices.md says which and how that was found). All of it is standard ONNX, so that any provider computes the same.
 */

import type { OnnxModel } from "../../onnx/model.ts";
import type { Graph, Value } from "../graph.ts";
import type { LoweringOptions, LoweringRule, Refinement } from "./emitter.ts";
import { portable } from "./portable.ts";
import { webgpuRules } from "./webgpu/rules.ts";

/** ONNX for the outputs that the WebGPU provider computes right; see {@link LoweringOptions}. */
export function webgpu(
  graph: Graph,
  outputs: Readonly<Record<string, Value>>,
  options: LoweringOptions = {},
): OnnxModel {
  return portable(graph, outputs, { ...options, refine: instead });
}

const instead: Refinement = (emit) => {
  const rules: Readonly<Record<string, LoweringRule | undefined>> = webgpuRules as Record<string, LoweringRule>;
  return (node, otherwise) => {
    const { source } = node.y;
    const rule = source.kind === "operator" ? rules[source.op.name] : undefined;
    return rule ? rule(node, emit) : otherwise(emit);
  };
};
