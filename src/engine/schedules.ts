/** Learning rates that change with the step. A schedule is a piece of graph, so a step needs no number from outside. */

import type { Value } from "./graph.ts";
import { add } from "./ops/add.ts";
import { clamp } from "./ops/clamp.ts";
import { greater } from "./ops/greater.ts";
import { mul } from "./ops/mul.ts";
import { sub } from "./ops/sub.ts";
import { cos } from "./ops/trigonometry.ts";
import { where } from "./ops/where.ts";

/** Learning rate at a step, both scalars; the first step is 0. */
export type Schedule = (step: Value) => Value;

/** The same rate always. */
export function constant(rate: number): Schedule {
  return (step) => step.graph.constant(rate);
}

/** `rate` until step `from`, then in a straight line to 0 at step `to`: CycleGAN's schedule. */
export function linearDecay({ rate, from = 0, to }: { rate: number; from?: number; to: number }): Schedule {
  return (step) => mul(sub(1, progress(step, from, to)), rate);
}

/**
 * Straight up from 0 in `warmup` steps, then down to `final` along half a cosine until step `steps`.
 *
 * @see Loshchilov & Hutter, "SGDR", ICLR 2017, eq. 5
 */
export function cosine({
  peak,
  steps,
  warmup = 0,
  final = 0,
}: {
  peak: number;
  steps: number;
  warmup?: number;
  final?: number;
}): Schedule {
  return (step) => {
    const down = anneal(peak, final, progress(step, warmup, steps));
    if (warmup === 0) return down;
    return where(greater(warmup, step), mul(add(step, 1), peak / warmup), down);
  };
}

/**
 * Half a cosine up from `peak / divide` over the first `rise` of the steps, half a cosine down to `peak / divide / finalDivide`.
 *
 * Defaults and formula are those of PyTorch's `OneCycleLR`.
 *
 * @see Smith & Topin, "Super-convergence", arXiv:1708.07120
 */
export function oneCycle({
  peak,
  steps,
  rise = 0.3,
  divide = 25,
  finalDivide = 1e4,
}: {
  peak: number;
  steps: number;
  rise?: number;
  divide?: number;
  finalDivide?: number;
}): Schedule {
  const top = rise * steps - 1;
  const start = peak / divide;
  return (step) =>
    where(
      greater(step, top),
      anneal(peak, start / finalDivide, progress(step, top, steps - 1)),
      anneal(start, peak, progress(step, 0, top)),
    );
}

/** Fraction of the way from step `from` to step `to`, kept within 0 and 1. */
function progress(step: Value, from: number, to: number): Value {
  return clamp(mul(sub(step, from), 1 / Math.max(to - from, 1e-9)), { min: 0, max: 1 });
}

/** From one rate to another along half a cosine. */
function anneal(from: number, to: number, way: Value): Value {
  return add(mul(add(cos(mul(way, Math.PI)), 1), (from - to) / 2), to);
}
