import { sizeOf } from "../../../core/shape.ts";
import type { Value } from "../../graph.ts";
import { logSoftmax, reshape, softmax } from "../../ops/index.ts";
import { axisOf, type ForeignRule } from "../foreign-node.ts";

/** Softmax and its logarithm. */
export const softmaxRules: Readonly<Record<string, ForeignRule>> = {
  LogSoftmax: along(logSoftmax),
  Softmax: along(softmax),
};

/** Before operator set 13 the array was first flattened to two axes at `axis`, and the second reduced. */
function along(build: (x: Value, axis: number) => Value): ForeignRule {
  return (node) => {
    const x = node.value(0);
    const axis = axisOf(node, node.int("axis", node.opset < 13 ? 1 : -1), x.shape.length);
    if (node.opset >= 13) return build(x, axis);
    const flat = reshape(x, [sizeOf(x.shape.slice(0, axis)), sizeOf(x.shape.slice(axis))]);
    return reshape(build(flat, 1), x.shape);
  };
}
