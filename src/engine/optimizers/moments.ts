import type { Graph, Value } from "../graph.ts";
import { zerosInit } from "../initializers.ts";
import { add } from "../ops/add.ts";
import { div } from "../ops/div.ts";
import { mul } from "../ops/mul.ts";
import { sqrt } from "../ops/sqrt.ts";
import { square } from "../ops/square.ts";
import type { UpdateRule } from "./optimizer.ts";

/** Constants of Adam. */
export interface MomentOptions {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
}

/** How far Adam goes: the step for a unit learning rate, before the sign. */
export type MomentRule = (context: Parameters<UpdateRule>[0]) => Value;

/**
 * Adam's direction `m̂ / (√v̂ + ε)`, multiplied by the learning rate.
 *
 * Both moments are kept as weighted sums, `M ← β·M + g`, and divided by the sum of their weights, `C ← β·C + 1`. That is exactly
 * `m̂ = m / (1 − βᵗ)` of the paper, saves two passes over every parameter, and never subtracts nearly equal numbers.
 *
 * @see Kingma & Ba, "Adam", ICLR 2015, algorithm 1
 */
export function momentStep(graph: Graph, name: string, { beta1, beta2, epsilon }: MomentOptions): MomentRule {
  const weight = (which: string, beta: number) => {
    const before = graph.state(`${name}/${which}`, [], zerosInit);
    const next = add(mul(before, beta), 1);
    graph.assign(before, next);
    return next;
  };
  const weight1 = weight("weight1", beta1);
  const root2 = sqrt(weight("weight2", beta2));
  return ({ gradient, rate, state }) => {
    const [before1, before2] = [state("moment1"), state("moment2")];
    const moment1 = add(mul(before1, beta1), gradient);
    const moment2 = add(mul(before2, beta2), square(gradient));
    graph.assign(before1, moment1);
    graph.assign(before2, moment2);
    // rate · (M / C₁) / (√(V / C₂) + ε), with everything that is one number computed once
    return div(mul(moment1, div(mul(rate, root2), weight1)), add(sqrt(moment2), mul(root2, epsilon)));
  };
}
