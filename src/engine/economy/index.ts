export { foldConstants } from "./fold-constants.ts";
export { keepApart } from "./keep-apart.ts";
export { overwritable } from "./overwritable.ts";
export { recompute } from "./recompute.ts";
export { leastFirst, runOrder } from "./run-order.ts";
