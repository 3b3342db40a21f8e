import type { Shape } from "../core/shape.ts";
import type { Graph, Variable } from "../engine/graph.ts";
import type { Initializer } from "../engine/initializers.ts";

/** A place in a network's tree of names, such as `generator/block3/conv1`; layers keep their weights below it. */
export interface Scope {
  readonly graph: Graph;
  readonly path: string;
  /** Scope one level deeper. */
  at(name: string): Scope;
  /** Trainable tensor of this scope. Asking again gives the same value, which is how weights are shared. */
  parameter(name: string, shape: Shape, initializer: Initializer): Variable;
  /** Tensor that is carried from step to step but not trained, such as a running mean. */
  state(name: string, shape: Shape, initializer: Initializer): Variable;
}

/**
 * Scope of that path in a graph. Two networks built under the same path share every weight.
 *
 * @example
 * const fake = resnetGenerator(scope(graph, "simToReal"), sim, config);
 * const cycled = resnetGenerator(scope(graph, "realToSim"), fake, inverse);
 */
export function scope(graph: Graph, path: string): Scope {
  return {
    graph,
    path,
    at: (name) => scope(graph, `${path}/${name}`),
    parameter: (name, shape, initializer) => graph.parameter(`${path}/${name}`, shape, initializer),
    state: (name, shape, initializer) => graph.state(`${path}/${name}`, shape, initializer),
  };
}
