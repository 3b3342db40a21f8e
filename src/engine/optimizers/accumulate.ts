import { GraphError } from "../../core/errors.ts";
import type { Graph } from "../graph.ts";
import { zerosInit } from "../initializers.ts";
import { add } from "../ops/add.ts";
import { greater } from "../ops/greater.ts";
import { mul } from "../ops/mul.ts";
import { where } from "../ops/where.ts";
import type { Optimizer } from "./optimizer.ts";

/**
 * An optimizer that moves at every K-th step only, by the mean gradient of the last K: the same as a batch K times as large (up to
 * rounding, and except for batch normalisation), in the memory of a small one.
 *
 * All of it happens in the graph: sums of gradients and a counter are states, so a checkpoint between two moves loses nothing. States of
 * the optimizer, its step counter included, keep their numbers until it moves. What else moves with every step still does: give a running
 * average of the parameters the K-th root of its decay.
 *
 * @param every K, the number of steps between two moves
 * @throws {@link GraphError} unless K is a whole number of at least 1
 */
export function accumulate(optimizer: Optimizer, every: number): Optimizer {
  if (!(Number.isInteger(every) && every >= 1))
    throw new GraphError({ where: "accumulate", expected: "a whole number of steps", received: `${every}` });
  if (every === 1) return optimizer;
  return {
    update(graph, options) {
      const { name, parameters, gradients } = options;
      const counter = graph.state(`${name}/accumulated/steps`, [], zerosInit);
      const moves = greater(counter, every - 1.5);
      graph.assign(counter, where(moves, 0, add(counter, 1)));
      const means = parameters.map((parameter, i) => {
        const before = graph.state(`${name}/accumulated/${parameter.name}`, parameter.shape, zerosInit);
        const total = add(before, gradients[i]!);
        graph.assign(before, where(moves, 0, total));
        return mul(total, 1 / every);
      });
      // Whatever the optimizer assigns happens only when it moves
      const gated: Graph = {
        ...graph,
        assign: (variable, next) => graph.assign(variable, where(moves, next, variable)),
      };
      optimizer.update(gated, { ...options, gradients: means });
    },
  };
}
