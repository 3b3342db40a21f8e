/** The table of rules for WebGPU. An operator without one is written as `portable` does. */

import type { operators } from "../../ops/index.ts";
import type { LoweringTable } from "../emitter.ts";
import { lowerUniformNoise } from "../portable-indexing.ts";
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
  // The provider has sums of 32-bit integers, but not their shifts: all of it on the processor is one copy instead of thirty
  uniformNoise: (node, emit) => lowerUniformNoise(node, emit, 64),
};
