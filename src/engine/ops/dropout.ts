/**
 * Dropout, and the random numbers behind it.
 *
 * The numbers are a pure function of a seed, a counter, a name and their place: the integer hash "lowbias32" of the place, with keys made
 * of the other three. It is written into the graph as some fifteen passes of 32-bit integer arithmetic, which every runtime does to the
 * bit, in 4 ns a number (onnxruntime, one core). Philox in JavaScript takes 70 ns, and its numbers would have to be handed over at every
 * step; the runtime's own random operators keep a hidden state that no checkpoint can save; the sine of a large number, the usual trick
 * without integers, differs between machines.
 *
 * @see Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011, for why counters
 * @see https://nullprogram.com/blog/2018/07/31/ for the hash, found by search for the least bias between input and output bits
 */

import { GraphError, ShapeError } from "../../core/errors.ts";
import { formatShape, type Shape } from "../../core/shape.ts";
import type { Op, Value } from "../graph.ts";
import { greater } from "./greater.ts";
import { mul } from "./mul.ts";

/** Where random numbers come from. */
export interface NoiseOptions {
  /** Scalar, a whole number below 2²⁴ that is the same for the whole run. */
  readonly seed: Value;
  /** Scalar, a whole number below 2²⁴ that is another at every step. */
  readonly counter: Value;
  /** Name of the place in the network: different names give independent numbers. */
  readonly key: string;
}

/** Uniform numbers in [0, 1), multiples of 2⁻²⁴; the same for the same seed, counter, key and place. No derivative flows through them. */
export function uniformNoise(shape: Shape, { seed, counter, key }: NoiseOptions): Value {
  return seed.graph.apply(uniformNoiseOp, [seed, counter], { shape, key: hashText(key) });
}

/**
 * x with each number set to 0 with probability `rate` and the others multiplied by 1 / (1 − rate), so that the mean stays. The
 * derivative passes where the number did.
 *
 * @throws {@link GraphError} unless 0 ≤ rate < 1
 * @see Srivastava et al., "Dropout", JMLR 15, 1929 (2014)
 */
export function dropout(x: Value, { rate, ...noise }: NoiseOptions & { readonly rate: number }): Value {
  if (!(rate >= 0 && rate < 1))
    throw new GraphError({ where: "dropout", expected: "a rate from 0 to below 1", received: `${rate}` });
  if (rate === 0) return x;
  const threshold = (Math.round(rate * 2 ** 24) - 1) / 2 ** 24; // numbers are multiples of 2⁻²⁴: "greater" is "rate or more"
  const kept = greater(uniformNoise(x.shape, noise), threshold);
  return mul(x, mul(kept, 1 / (1 - rate)));
}

/** See {@link uniformNoise}. */
export const uniformNoiseOp: Op<{ shape: Shape; key: number }> = {
  name: "uniformNoise",
  infer: ([seed, counter], { shape }) => {
    if (seed!.shape.length > 0 || counter!.shape.length > 0)
      throw new ShapeError({
        where: "uniformNoise",
        expected: "a scalar seed and counter",
        received: `${formatShape(seed!.shape)} and ${formatShape(counter!.shape)}`,
      });
    return { shape, dataType: "float32" };
  },
  gradient: () => [undefined, undefined],
};

/** 32-bit FNV-1a of a text. */
function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash;
}
