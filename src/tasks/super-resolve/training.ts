/** How each kind of network is trained unless told otherwise: losses, learning rates and their schedules. */

import type { Value } from "../../engine/graph.ts";
import { greater, mul, where } from "../../engine/ops/index.ts";
import { constant, cosine, type Schedule } from "../../engine/schedules.ts";
import { charbonnier, l1, mse } from "../../nn/losses.ts";
import type { SuperResolverNetwork } from "./network.ts";

/** What is made small between result and truth, by name. */
export const superResolverLosses = {
  /** Mean absolute difference, CARE's. */
  mae: (result, truth) => l1(result, truth),
  /** As `mae`, rounded off below a thousandth. */
  charbonnier: (result, truth) => charbonnier(result, truth),
  mse: (result, truth) => mse(result, truth),
} as const satisfies Record<string, (result: Value, truth: Value) => Value>;

/** Name of a loss. */
export type SuperResolverLoss = keyof typeof superResolverLosses;

/** Shares of a training after which the rate is halved. */
const HALVED_AFTER = [0.5, 0.65, 0.8, 0.9];

/**
 * A rate halved after 50, 65, 80 and 90 % of the steps.
 *
 * CSBDeep halves it when the validation loss has not fallen for 10 epochs of 400 steps. That would make the number of halvings depend on noise
 * in a loss, and differ between arms of a comparison; here every training of one length has the same rates.
 */
function halving(rate: number, steps: number): Schedule {
  return (step) =>
    HALVED_AFTER.reduce<Value>(
      (now, share) => mul(now, where(greater(step, share * steps - 0.5), 0.5, 1)),
      step.graph.constant(rate),
    );
}

/** Courses of the learning rate, by name. */
export const superResolverSchedules = {
  constant: (rate) => constant(rate),
  halving,
  /** Up in a line over the first tenth, at most 50 steps, then down along half a cosine to a hundredth. */
  cosine: (peak, steps) => cosine({ peak, steps, warmup: Math.min(50, Math.ceil(steps / 10)), final: peak / 100 }),
} as const satisfies Record<string, (rate: number, steps: number) => Schedule>;

/** Name of a schedule. */
export type SuperResolverSchedule = keyof typeof superResolverSchedules;

/** Highest learning rate, and its course. */
export interface TrainingDefaults {
  readonly learningRate: number;
  readonly schedule: SuperResolverSchedule;
}

/** Defaults of each kind of network: CARE's as published, up to what `halving` says; those of the gated network by trial. */
export const trainingDefaults: Readonly<Record<SuperResolverNetwork["kind"], TrainingDefaults>> = {
  care: { learningRate: 4e-4, schedule: "halving" },
  gated: { learningRate: 2e-3, schedule: "cosine" },
};
