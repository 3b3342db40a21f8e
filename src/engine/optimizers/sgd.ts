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
  /** Share of each parameter that is added to its gradient. */
  readonly weightDecay?: number;
}

/**
 * Gradient descent with momentum: `u ← momentum · u + g`, `p ← p − rate · u`, as in PyTorch.
 *
 * @see Sutskever et al., "On the importance of initialization and momentum in deep learning", ICML 2013
 */
export function sgd({ learningRate = 1e-2, momentum = 0, weightDecay = 0 }: SgdOptions = {}): Optimizer {
  return {
    update(graph, options) {
      updateEach(graph, options, learningRate, ({ parameter, gradient, rate, state }) => {
        let direction = weightDecay === 0 ? gradient : add(gradient, mul(parameter, weightDecay));
        if (momentum !== 0) {
          const before = state("momentum");
          direction = add(mul(before, momentum), direction);
          graph.assign(before, direction);
        }
        return sub(parameter, mul(direction, rate));
      });
    },
  };
}
