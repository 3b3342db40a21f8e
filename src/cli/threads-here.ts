import { availableParallelism } from "node:os";

/** Threads for one network on this machine: more than four bring little to networks of this size. */
export function threadsHere(): number {
  return Math.min(4, availableParallelism());
}
