import type { Op, Value } from "../graph.ts";
import { inferUnary } from "./elementwise.ts";

/** The same numbers, through which no derivative flows. */
export function detach(x: Value): Value {
  return x.graph.apply(detachOp, [x], {});
}

/** See {@link detach}. */
export const detachOp: Op = {
  name: "detach",
  infer: inferUnary,
  gradient: () => [undefined],
  evaluate: (x) => x!,
};
