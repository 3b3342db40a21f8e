import type { Emitter, OperatorNode } from "./emitter.ts";

/**
 * Sum or mean over axes, the innermost run of axes first and the rest afterwards.
 *
 * ONNX Runtime reduces adjacent axes at memory speed, but `[N, C, H, W]` over N, H and W at once several times slower.
 */
export function lowerReduction(
  opType: "ReduceSum" | "ReduceMean",
  { inputs: [x], attributes: { axes } }: OperatorNode<{ axes: readonly number[] }>,
  emit: Emitter,
): string {
  const runs: number[][] = [];
  for (const axis of axes) {
    const last = runs.at(-1);
    if (last && last.at(-1) === axis - 1) last.push(axis);
    else runs.push([axis]);
  }
  return runs
    .toReversed()
    .reduce((name, run) => emit.node(opType, [name, emit.ints(run)], { keepdims: 1 }), emit.name(x!));
}
