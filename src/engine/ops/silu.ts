import type { Value } from "../graph.ts";
import { mul } from "./mul.ts";
import { sigmoid } from "./sigmoid.ts";

/** x · sigmoid(x). @see Elfwing, Uchibe & Doya, Neural Networks 107 (2018) */
export function silu(x: Value): Value {
  return mul(x, sigmoid(x));
}
