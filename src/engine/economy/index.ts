export { foldConstants } from "./fold-constants.ts";
export { overwritable } from "./overwritable.ts";
export { recompute } from "./recompute.ts";
export { leastFirst, runOrder } from "./run-order.ts";
