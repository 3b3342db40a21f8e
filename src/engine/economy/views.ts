import type { OnnxNode } from "../../onnx/model.ts";

/** Operators whose result is their first input under another shape; the runtime lets both share their memory. */
const VIEWS = new Set(["Reshape", "Squeeze", "Unsqueeze", "Identity"]);

/** Whether a node only gives its first input another shape. */
export function isView({ opType }: OnnxNode): boolean {
  return VIEWS.has(opType);
}
