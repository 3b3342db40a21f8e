import { GraphError } from "../../core/errors.ts";
import type { Graph, Initializer, Value } from "../graph.ts";
import { dataInit } from "../initializers.ts";
import { float32Of, type HostArray } from "./host-array.ts";
import type { Weight } from "./operand.ts";

/** Numbers behind the initializers made here, to tell one model's weights from another's of the same name. */
const numbersOf = new WeakMap<Initializer, Float32Array>();

/**
 * Numbers of the file as a weight. It enters the graph, under its name there, only when a node uses it.
 *
 * @param options.onUse called when it becomes a parameter
 */
export function weightOf(
  graph: Graph,
  name: string,
  array: HostArray,
  {
    graphName,
    isFrozen,
    onUse,
  }: { readonly graphName: string; readonly isFrozen: boolean; readonly onUse: () => void },
): Weight {
  let value: Value | undefined;
  const parameter = (): Value => {
    const numbers = float32Of(array);
    const before = graph.variables.get(graphName)?.source;
    if (before?.kind === "parameter") requireSame(graphName, numbers, numbersOf.get(before.initializer));
    const initializer = dataInit(numbers);
    numbersOf.set(initializer, numbers);
    onUse();
    return graph.parameter(graphName, array.shape, initializer);
  };
  return {
    name,
    array,
    asParameter() {
      value ??= isFrozen ? graph.constant(float32Of(array), array.shape) : parameter();
      return value;
    },
  };
}

function requireSame(name: string, numbers: Float32Array, before: Float32Array | undefined): void {
  const isSame = (a: Float32Array) =>
    a.length === numbers.length && a.every((value, i) => Object.is(value, numbers[i]));
  if (before && (before === numbers || isSame(before))) return;
  throw new GraphError({
    where: `weight "${name}"`,
    expected: "a name of its own, or the same weights again",
    received: "the name of other weights",
    fix: "Import one of the two models under a prefix.",
  });
}
