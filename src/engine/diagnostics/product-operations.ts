/**
 * Operations that the mathematics of a graph asks for, before any lowering: those of its convolutions and matrix products.
 *
 * How a graph is written for a runtime changes what is computed: blocked layouts fill up channels and use convolutions for other things, phases
 * save taps. A floor for the time of a step must not depend on that, so it is counted here and not in the lowered model. All other
 * operators do a few operations per number of their arrays, and are left out.
 */

import { sizeOf } from "../../core/shape.ts";
import type { Value } from "../graph.ts";
import type { StepGraph } from "../step.ts";

/**
 * Floating-point operations of all convolutions and products of a training step (its outputs, and the next value of everything that it
 * assigns); a multiplication and its addition count as two. Taps that meet padding count, as in `torch.utils.flop_counter`.
 */
export function productOperations({ graph, outputs }: StepGraph): number {
  const needed = new Set([...Object.values(outputs), ...graph.assignments.values()]);
  let total = 0;
  for (const { source, shape } of needed) {
    if (source.kind !== "operator") continue;
    for (const input of source.inputs) needed.add(input); // the loop goes on over what is added
    total += operationRules[source.op.name]?.(source.inputs, shape) ?? 0;
  }
  return total;
}

type OperationRule = (inputs: readonly Value[], y: Value["shape"]) => number;

const operationRules: Readonly<Record<string, OperationRule>> = {
  /** Each result is a scalar product with one filter `[C/groups, kh, kw]`. */
  conv2d: ([, w], y) => 2 * sizeOf(y) * sizeOf(w!.shape.slice(1)),
  /** Each number of z is multiplied with one filter. */
  convTranspose2d: ([z, w]) => 2 * sizeOf(z!.shape) * sizeOf(w!.shape.slice(1)),
  /** Each number of the filters is a scalar product with one plane of dy `[N, K, Ho, Wo]` in all images. */
  conv2dWeightGradient: ([, dy], y) => 2 * sizeOf(y) * (sizeOf(dy!.shape) / dy!.shape[1]!),
  /** Each result is a scalar product as long as the rows of the left factor. */
  matMul: ([a], y) => 2 * sizeOf(y) * a!.shape.at(-1)!,
};
