import type { Op, Value } from "../graph.ts";

import { inferUnary } from "./elementwise.ts";

/** −1, 0 or 1; its derivative counts as zero. */
export function sign(x: Value): Value {
  return x.graph.apply(signOp, [x], {});
}

/** See {@link sign}. */
export const signOp: Op = {
  name: "sign",
  infer: inferUnary,
  gradient: () => [undefined],
  evaluate: (x) => Math.sign(x!),
};
