import { sub } from "../ops/sub.ts";
import type { Schedule } from "../schedules.ts";
import { momentStep } from "./moments.ts";
import { type Optimizer, updateEach } from "./optimizer.ts";

/** Settings of Adam, with the defaults of PyTorch. */
export interface AdamOptions {
  readonly learningRate?: Schedule | number;
  /** Decay of the mean of gradients; 0.5 for most adversarial networks. */
  readonly beta1?: number;
  /** Decay of the mean of squared gradients. */
  readonly beta2?: number;
  readonly epsilon?: number;
}

/**
 * Adam: steps by the mean gradient over the root of the mean squared gradient.
 *
 * @see Kingma & Ba, "Adam: a method for stochastic optimization", ICLR 2015
 */
export function adam({ learningRate = 1e-3, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 }: AdamOptions = {}): Optimizer {
  return {
    update(graph, options) {
      const step = momentStep(graph, options.name, { beta1, beta2, epsilon });
      updateEach(graph, options, learningRate, (context) => sub(context.parameter, step(context)));
    },
  };
}
