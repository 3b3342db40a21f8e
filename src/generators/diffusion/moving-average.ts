import type { Graph, Variable } from "../../engine/graph.ts";
import { zerosInit } from "../../engine/initializers.ts";
import { add, div, maximum, mul, sub } from "../../engine/ops/index.ts";
import type { State } from "../../engine/step.ts";

/** Begins the names of the averages. */
const AVERAGE = "ema";

/** Steps over which a young average forgets: after s steps it spans about s / 9 of them, until `decay` allows no more. */
const WARM_UP = 9;

/**
 * Running average of parameters, in states `ema/NAME`, that is of use from the first steps on: its decay rises as `s / (s + 9)` up to `decay`.
 *
 * With a decay of 0.9999 alone, the first ten thousand steps would be mixed with the untrained network; short trainings end before that.
 *
 * @param decay share of the old average that stays once enough steps are done; 0 keeps the parameters themselves
 * @see Ho, Jain & Abbeel, NeurIPS 2020, appendix B, for the decay; TensorFlow's `ExponentialMovingAverage(num_updates)` for its rise
 */
export function warmedMovingAverage(graph: Graph, parameters: readonly Variable[], decay: number): Variable[] {
  const step = graph.state(`${AVERAGE}/step`, [], zerosInit);
  graph.assign(step, add(step, 1));
  const share = maximum(div(WARM_UP, add(step, WARM_UP)), 1 - decay); // 1 at the first step: a copy
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
