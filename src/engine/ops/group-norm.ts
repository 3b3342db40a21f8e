import type { Value } from "../graph.ts";
import type { NormOptions } from "./instance-norm.ts";
import { normalize } from "./normalize.ts";

/**
 * Every group of neighbouring channels of every image brought to mean 0 and variance 1: x `[N, C, H, W]`, C divisible by `groups`.
 *
 * @see Wu & He, "Group normalization", ECCV 2018
 */
export function groupNorm(
  x: Value,
  { groups, scale, offset, epsilon = 1e-5 }: NormOptions & { /** Number of groups. */ readonly groups: number },
): Value {
  const c = x.shape[1]!;
  const { graph } = x;
  return normalize(x, scale ?? graph.constant(1, [c]), offset ?? graph.constant(0, [c]), { groups, epsilon });
}
