/** First numbers of parameters and states. */

import { type Shape, sizeOf } from "../core/shape.ts";
import type { Initializer } from "./graph.ts";

export type { Initializer } from "./graph.ts";

/** All zero: biases, moments. */
export const zerosInit: Initializer = (shape) => new Float32Array(sizeOf(shape));

/** All one: the scale of a normalisation. */
export const onesInit: Initializer = (shape) => new Float32Array(sizeOf(shape)).fill(1);

/** The same number everywhere. */
export function constantInit(value: number): Initializer {
  return (shape) => new Float32Array(sizeOf(shape)).fill(value);
}

/** Normal with mean 0; CycleGAN uses a standard deviation of 0.02. */
export function normalInit(standardDeviation: number): Initializer {
  return (shape, random) => Float32Array.from({ length: sizeOf(shape) }, () => standardDeviation * random.normal());
}

/** Uniform in [-bound, bound). */
export function uniformInit(bound: number): Initializer {
  return (shape, random) => Float32Array.from({ length: sizeOf(shape) }, () => random.between(-bound, bound));
}

/**
 * Normal with variance 2 / fan-in, which keeps the size of activations through ReLU layers.
 *
 * @param fanIn inputs that reach one output; for a weight `[K, C, kh, kw]` (the default) that is C·kh·kw
 * @see He et al., "Delving deep into rectifiers", ICCV 2015, eq. 10
 */
export function heInit(fanIn?: number): Initializer {
  return (shape, random) => normalInit(Math.sqrt(2 / (fanIn ?? fanInOf(shape))))(shape, random);
}

/**
 * Uniform in ±1/√fan-in: what PyTorch gives convolutions, linear layers and their biases by default.
 *
 * @param fanIn as in {@link heInit}; a bias must say the fan-in of its weight
 */
export function fanInInit(fanIn?: number): Initializer {
  return (shape, random) => uniformInit(1 / Math.sqrt(fanIn ?? fanInOf(shape)))(shape, random);
}

/** Numbers given beforehand, such as loaded weights. */
export function dataInit(data: Float32Array): Initializer {
  return () => data.slice();
}

function fanInOf(shape: Shape): number {
  return Math.max(1, sizeOf(shape.slice(1)));
}
