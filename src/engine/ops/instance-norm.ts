import type { Value } from "../graph.ts";
import { normalize } from "./normalize.ts";

/** What may follow a normalisation. */
export interface NormOptions {
  /** Factor per channel, `[C]`; 1 unless given. */
  readonly scale?: Value | undefined;
  /** Summand per channel, `[C]`; 0 unless given. */
  readonly offset?: Value | undefined;
  /** Added to the variance before the root. */
  readonly epsilon?: number;
}

/**
 * Every channel of every image brought to mean 0 and variance 1: x `[N, C, H, W]`.
 *
 * @see Ulyanov, Vedaldi & Lempitsky, "Instance normalization", arXiv:1607.08022
 */
export function instanceNorm(x: Value, { scale, offset, epsilon = 1e-5 }: NormOptions = {}): Value {
  const c = x.shape[1]!;
  const { graph } = x;
  return normalize(x, scale ?? graph.constant(1, [c]), offset ?? graph.constant(0, [c]), { groups: c, epsilon });
}
