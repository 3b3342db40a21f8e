/** The table of rules for WebGPU. An operator without one is written as `portable` does. */

import type { operators } from "../../ops/index.ts";
import type { LoweringTable } from "../emitter.ts";
import { convTranspose2d } from "./conv-transpose.ts";
import { pickAtMaxima2d, putAtMaxima2d } from "./max-pool.ts";
import { splitPart } from "./split.ts";
import { cos, sin } from "./trigonometry.ts";

export const webgpuRules: Partial<LoweringTable<typeof operators>> = {
  convTranspose2d,
  cos,
  pickAtMaxima2d,
  putAtMaxima2d,
  sin,
  splitPart,
};
