import type { Graph, Variable } from "./graph.ts";
import { zerosInit } from "./initializers.ts";
import { add } from "./ops/add.ts";
import { greater } from "./ops/greater.ts";
import { mul } from "./ops/mul.ts";
import { sub } from "./ops/sub.ts";
import { where } from "./ops/where.ts";

/**
 * Running average of parameters, in states `ema/NAME`: smoother weights for generation and prediction.
 *
 * `average ← decay · average + (1 − decay) · parameter` after each step; the first step copies. Call it after the optimizer's `update`.
 *
 * @param decay share of the old average that stays; 0.999 averages over about a thousand steps
 * @returns the states, in the order of the parameters
 * @see Polyak & Juditsky, SIAM J. Control Optim. 30, 838 (1992)
 */
export function exponentialMovingAverage(graph: Graph, parameters: readonly Variable[], decay: number): Variable[] {
  const step = graph.state("ema/step", [], zerosInit);
  if (!graph.assignments.has(step)) graph.assign(step, add(step, 1));
  const share = where(greater(step, 0), 1 - decay, 1);
  return parameters.map((parameter) => {
    const average = graph.state(`ema/${parameter.name}`, parameter.shape, zerosInit);
    const next = graph.assignments.get(parameter) ?? parameter;
    graph.assign(average, add(average, mul(sub(next, average), share)));
    return average;
  });
}
