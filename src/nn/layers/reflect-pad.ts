import type { Value } from "../../engine/graph.ts";
import { pad } from "../../engine/ops/index.ts";

/** Image with `amount` pixels mirrored outwards on every side, the border pixel itself not repeated: `[N, C, H, W]` to `[N, C, H + 2 amount, W + 2 amount]`. */
export function reflectPad(x: Value, amount: number): Value {
  return pad(x, { pads: amount, mode: "reflect" });
}
