import type { Value } from "../../engine/graph.ts";
import { zerosInit } from "../../engine/initializers.ts";
import { add, dropout as dropoutOp } from "../../engine/ops/index.ts";
import type { Scope } from "../scope.ts";
import type { Mode } from "./batch-norm.ts";

/** How much is dropped, and when. */
export interface DropoutOptions {
  /** Probability that a number is set to 0. */
  readonly rate: number;
  readonly mode: Mode;
}

/**
 * Dropout in training, nothing in inference.
 *
 * The mask follows from two states of the graph, `dropout/seed`, drawn once with the other first numbers, and `dropout/counter`, which
 * counts steps: checkpoints hold both, so a resumed training draws the masks it would have drawn. The scope's path names the mask: the
 * same layer applied twice in one step has one mask (for arrays of one size), layers of different scopes have independent ones.
 */
export function dropout(scope: Scope, x: Value, { rate, mode }: DropoutOptions): Value {
  if (mode === "inference" || rate === 0) return x;
  const { graph, path } = scope;
  const seed = graph.state("dropout/seed", [], (_, random) => Float32Array.of(random.integer(2 ** 24)));
  const counter = graph.state("dropout/counter", [], zerosInit);
  if (!graph.assignments.has(counter)) graph.assign(counter, add(counter, 1));
  return dropoutOp(x, { rate, seed, counter, key: path });
}
