import { mul } from "../ops/mul.ts";
import { sub } from "../ops/sub.ts";
import type { AdamOptions } from "./adam.ts";
import { momentStep } from "./moments.ts";
import { type Optimizer, updateEach } from "./optimizer.ts";

/** Settings of AdamW, with the defaults of PyTorch. */
export interface AdamWOptions extends AdamOptions {
  /** Share of each parameter that is taken off at every step, times the learning rate. */
  readonly weightDecay?: number;
}

/**
 * Adam with weight decay apart from the gradient.
 *
 * @see Loshchilov & Hutter, "Decoupled weight decay regularization", ICLR 2019
 */
export function adamW({
  learningRate = 1e-3,
  beta1 = 0.9,
  beta2 = 0.999,
  epsilon = 1e-8,
  weightDecay = 1e-2,
}: AdamWOptions = {}): Optimizer {
  return {
    update(graph, options) {
      const step = momentStep(graph, options.name, { beta1, beta2, epsilon });
      updateEach(graph, options, learningRate, (context) => {
        const kept = mul(context.parameter, sub(1, mul(context.rate, weightDecay)));
        return sub(kept, step(context));
      });
    },
  };
}
