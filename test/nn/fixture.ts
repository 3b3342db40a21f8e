import { readFileSync } from "node:fs";
import { random } from "../../src/core/random.ts";
import type { Tensor } from "../../src/core/tensor.ts";
import type { Graph, Value } from "../../src/engine/graph.ts";
import type { State } from "../../src/engine/step.ts";
import { initialState } from "../../src/engine/step.ts";
import { decodeSafetensors } from "../../src/onnx/safetensors.ts";

/** Tensors that PyTorch computed; see fixtures/nn/make.py. */
export interface Fixture {
  tensor(name: string): Tensor;
  /** Tensors whose name starts with `prefix/`, by the rest of their name. */
  below(prefix: string): Map<string, Tensor>;
}

export function fixture(name: string): Fixture {
  const { tensors } = decodeSafetensors(
    readFileSync(new URL(`../../fixtures/nn/${name}.safetensors`, import.meta.url)),
  );
  return {
    tensor(key) {
      const found = tensors[key];
      if (!found) throw new Error(`fixture ${name} has no "${key}"`);
      return found as Tensor;
    },
    below: (prefix) =>
      new Map(
        Object.entries(tensors).flatMap(([key, value]) =>
          key.startsWith(`${prefix}/`) ? [[key.slice(prefix.length + 1), value as Tensor]] : [],
        ),
      ),
  };
}

/** Input of a graph with the shape of a fixture's tensor. */
export function inputLike(graph: Graph, name: string, { shape }: Tensor): Value {
  return graph.input(name, shape);
}

/**
 * State of some graphs in which every parameter has PyTorch's numbers; other states (moments, running statistics, counters) start as
 * we start them, unless the fixture has them too. Refuses a fixture with names or shapes that our networks do not have.
 */
export function stateFrom(graphs: readonly Graph[], given: ReadonlyMap<string, Tensor>): State {
  const state = initialState(graphs, random(1));
  const parameters = new Set(graphs.flatMap((graph) => graph.parameters().map(({ name }) => name)));
  for (const [name, { data, shape }] of given) {
    const own = state.get(name);
    if (!own) throw new Error(`our graph has no "${name}"`);
    if (`${own.shape}` !== `${shape}`) throw new Error(`"${name}" is [${own.shape}] in ours, [${shape}] in PyTorch`);
    state.set(name, { data, shape });
    parameters.delete(name);
  }
  if (parameters.size > 0) throw new Error(`PyTorch has no ${[...parameters].join(", ")}`);
  return state;
}

/** Largest difference, relative to the largest expected number: what a comparison of whole arrays can promise in float32. */
export function relativeError(received: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (received.length !== expected.length) return Number.POSITIVE_INFINITY;
  let [difference, largest] = [0, 0];
  for (let i = 0; i < expected.length; i++) {
    difference = Math.max(difference, Math.abs(received[i]! - expected[i]!));
    largest = Math.max(largest, Math.abs(expected[i]!));
  }
  return largest === 0 ? difference : difference / largest;
}
