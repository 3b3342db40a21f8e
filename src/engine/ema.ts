import type { Graph, Variable } from "./graph.ts";
import { zerosInit } from "./initializers.ts";
import { add } from "./ops/add.ts";
import { div } from "./ops/div.ts";
import { greater } from "./ops/greater.ts";
import { maximum } from "./ops/max.ts";
import { mul } from "./ops/mul.ts";
import { sub } from "./ops/sub.ts";
import { where } from "./ops/where.ts";
import type { State } from "./step.ts";

/** Begins the names of the averages. */
const AVERAGE = "ema";

/** How an average begins. */
export interface MovingAverageOptions {
  /**
   * Steps over which a young average forgets: its decay rises as `s / (s + warmUp)` up to `decay`, so that it spans about `s / warmUp` of the first
   * s steps. With a decay of 0.9999 alone the first ten thousand steps would be mixed with the untrained network; short trainings end before
   * that. 0, the default: the full decay from the second step on.
   */
  readonly warmUp?: number;
}

/**
 * Running average of parameters, in states `ema/NAME`: smoother weights for generation and prediction.
 *
 * `average ← decay · average + (1 − decay) · parameter` after each step; the first step copies. Call it after the optimizer's `update`.
 *
 * @param decay share of the old average that stays; 0.999 averages over about a thousand steps, 0 keeps the parameters themselves
 * @returns the states, in the order of the parameters
 * @see Polyak & Juditsky, SIAM J. Control Optim. 30, 838 (1992); TensorFlow's `ExponentialMovingAverage(num_updates)` for the warm-up
 */
export function exponentialMovingAverage(
  graph: Graph,
  parameters: readonly Variable[],
  decay: number,
  { warmUp = 0 }: MovingAverageOptions = {},
): Variable[] {
  const step = graph.state(`${AVERAGE}/step`, [], zerosInit);
  if (!graph.assignments.has(step)) graph.assign(step, add(step, 1));
  const share = warmUp > 0 ? maximum(div(warmUp, add(step, warmUp)), 1 - decay) : where(greater(step, 0), 1 - decay, 1);
  return parameters.map((parameter) => {
    const average = graph.state(`${AVERAGE}/${parameter.name}`, parameter.shape, zerosInit);
    const next = graph.assignments.get(parameter) ?? parameter;
    graph.assign(average, add(average, mul(sub(next, average), share)));
    return average;
  });
}

/** Averaged weights of the parameters below a scope, under the parameters' own names. */
export function averagedWeights(state: State, scope: string): State {
  const begin = `${AVERAGE}/`;
  const averages = [...state].filter(([name]) => name.startsWith(`${begin}${scope}/`));
  return new Map(averages.map(([name, average]) => [name.slice(begin.length), average]));
}
