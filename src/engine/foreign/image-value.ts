import { formatShape } from "../../core/shape.ts";
import type { Value } from "../graph.ts";
import { reshape } from "../ops/index.ts";
import type { ForeignNode } from "./foreign-node.ts";

/** Value as an image: `[N, C, L]` becomes `[N, C, 1, L]`. @throws FormatError for other ranks than 3 and 4 */
export function imageValue(node: ForeignNode, value: Value): Value {
  const { shape } = value;
  if (shape.length === 4 && node.shape(0).length === 4) return value;
  if (shape.length === 3 && node.shape(0).length === 3) return reshape(value, [shape[0]!, shape[1]!, 1, shape[2]!]);
  throw node.refusal(
    "arrays [N, C, H, W] or [N, C, L]",
    formatShape(shape),
    "Only 1-D and 2-D networks are supported.",
  );
}

/** Result of an image operator with the rank of the node's first input again. */
export function likeInput(node: ForeignNode, y: Value): Value {
  return node.shape(0).length === 3 ? reshape(y, [y.shape[0]!, y.shape[1]!, y.shape[3]!]) : y;
}
