/** The table of optimizers. To add one: a file here and a line below. */

import { adam } from "./adam.ts";
import { adamW } from "./adam-w.ts";
import type { Optimizer } from "./optimizer.ts";
import { sgd } from "./sgd.ts";

export { accumulate } from "./accumulate.ts";
export { type AdamOptions, adam } from "./adam.ts";
export { type AdamWOptions, adamW } from "./adam-w.ts";
export { clipByGlobalNorm, clipByValue } from "./clip.ts";
export type { Optimizer, UpdateOptions } from "./optimizer.ts";
export { type SgdOptions, sgd } from "./sgd.ts";

/** Every optimizer by name. */
export const optimizers = { adam, adamW, sgd } as const satisfies Record<string, () => Optimizer>;
