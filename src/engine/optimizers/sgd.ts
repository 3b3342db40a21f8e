import { add } from "../ops/add.ts";
import { mul } from "../ops/mul.ts";
import { sub } from "../ops/sub.ts";
import type { Schedule } from "../schedules.ts";
import { type Optimizer, updateEach } from "./optimizer.ts";

/** Settings of stochastic gradient descent. */
export interface SgdOptions {
  readonly learningRate?: Schedule | number;
  /** Share of the last direction that is kept; 0 for none. */
  readonly momentum?: number;
  /** Look ahead by one more step of the momentum. */
  readonly nesterov?: boolean;
  /** Share of each parameter that is added to its gradient. */
  readonly weightDecay?: number;
}

/**
 * Gradient descent with momentum: `u ← momentum · u + g`, `p ← p − rate · u`, as in PyTorch; with Nesterov's momentum
 * `p ← p − rate · (g + momentum · u)`.
 *
 * @see Sutskever et al., "On the importance of initialization and momentum in deep learning", ICML 2013
 */
export function sgd({
  learningRate = 1e-2,
  momentum = 0,
  nesterov = false,
  weightDecay = 0,
}: SgdOptions = {}): Optimizer {
  return {
    update(graph, options) {
      updateEach(graph, options, learningRate, ({ parameter, gradient, rate, state }) => {
        const slope = weightDecay === 0 ? gradient : add(gradient, mul(parameter, weightDecay));
        if (momentum === 0) return sub(parameter, mul(slope, rate));
        const before = state("momentum");
        const average = add(mul(before, momentum), slope);
        graph.assign(before, average);
        return sub(parameter, mul(nesterov ? add(slope, mul(average, momentum)) : average, rate));
      });
    },
  };
}
