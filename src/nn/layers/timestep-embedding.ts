import { ShapeError } from "../../core/errors.ts";
import { formatShape } from "../../core/shape.ts";
import type { Value } from "../../engine/graph.ts";
import { concat, cos, mul, reshape, sin } from "../../engine/ops/index.ts";

/** How a time is spelled. */
export interface TimestepEmbeddingOptions {
  /** Numbers per time, even. */
  readonly features: number;
  /** Slowest wave, in steps per radian; the fastest is 1. */
  readonly longest?: number;
}

/**
 * Times as waves: t `[N]` (float32, fractions allowed) gives `[N, features]`, first all `cos(t·f)`, then all `sin(t·f)`, with frequencies
 * `f = longest^(-i / (features/2))` from 1 downwards. Neighbouring times look alike, distant ones do not. Nothing is trainable.
 *
 * @throws {@link ShapeError} when t is no list of times, or the number of features is odd
 * @see Vaswani et al., "Attention is all you need", NeurIPS 2017, section 3.5; Ho, Jain & Abbeel, NeurIPS 2020, appendix B
 */
export function timestepEmbedding(t: Value, { features, longest = 10_000 }: TimestepEmbeddingOptions): Value {
  if (t.shape.length !== 1 || features % 2 !== 0)
    throw new ShapeError({
      where: "timestepEmbedding",
      expected: "times [N] and an even number of features",
      received: `${formatShape(t.shape)} and ${features}`,
    });
  const waves = features / 2;
  const frequencies = Float32Array.from({ length: waves }, (_, i) => longest ** (-i / waves));
  const angles = mul(reshape(t, [t.shape[0]!, 1]), t.graph.constant(frequencies, [1, waves])); // [N, features/2]
  return concat([cos(angles), sin(angles)], 1);
}
