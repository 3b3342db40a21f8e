import { sizeOf } from "../core/shape.ts";
import type { Graph, Variable } from "../engine/graph.ts";

/** Trainable values of a graph, in order of creation: all of them, or those below the given scopes. */
export function parametersOf(graph: Graph, ...scopes: readonly string[]): Variable[] {
  if (scopes.length === 0) return graph.parameters();
  return graph.parameters().filter(({ name }) => scopes.some((scope) => name.startsWith(`${scope}/`)));
}

/** How many numbers a graph trains, in all or below the given scopes. */
export function parameterCount(graph: Graph, ...scopes: readonly string[]): number {
  return parametersOf(graph, ...scopes).reduce((count, { shape }) => count + sizeOf(shape), 0);
}
