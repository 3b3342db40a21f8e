import type { Op, Value } from "../graph.ts";

import { inferUnary } from "./elementwise.ts";

/** −x. */
export function neg(x: Value): Value {
  return x.graph.apply(negOp, [x], {});
}

/** See {@link neg}. */
export const negOp: Op = {
  name: "neg",
  infer: inferUnary,
  gradient: ({ dy }) => [() => neg(dy)],
  evaluate: (x) => -x!,
};
