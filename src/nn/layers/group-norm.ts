import type { Value } from "../../engine/graph.ts";
import { onesInit, zerosInit } from "../../engine/initializers.ts";
import { groupNorm as groupNormOp } from "../../engine/ops/index.ts";
import type { Scope } from "../scope.ts";

/** How channels are grouped. */
export interface GroupNormOptions {
  /** Number of groups; fewer where the channels do not divide evenly. As many as channels: each for itself, contrast between them is lost. */
  readonly groups: number;
}

/** Group normalisation with trainable `scale` and `offset` `[C]`; keeps the shape `[N, C, H, W]`. @see Wu & He, ECCV 2018 */
export function groupNorm(scope: Scope, x: Value, { groups }: GroupNormOptions): Value {
  const channels = x.shape[1]!;
  return groupNormOp(x, {
    groups: groupsFor(channels, groups),
    scale: scope.parameter("scale", [channels], onesInit),
    offset: scope.parameter("offset", [channels], zerosInit),
  });
}

/** Largest number of groups up to `most` that divides the channels evenly. */
function groupsFor(channels: number, most: number): number {
  let groups = Math.min(most, channels);
  while (channels % groups !== 0) groups--;
  return groups;
}
