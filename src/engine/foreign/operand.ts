import { FormatError } from "../../core/errors.ts";
import type { Shape } from "../../core/shape.ts";
import type { Value } from "../graph.ts";
import { float32Of, type HostArray, isReal } from "./host-array.ts";

/**
 * What a name in a foreign model stands for:
 *
 * - `computed`: a value of the graph, always float32 (truth values are 0 and 1);
 * - `constant`: numbers known while reading. Some exporters write weights as `Constant` nodes: where weights stand, they are `weight`s;
 * - `weight`: real numbers from the file that become a parameter, or a frozen constant, once a node uses them.
 */
export type Operand =
  | { readonly kind: "computed"; readonly value: Value }
  | { readonly kind: "constant"; readonly array: HostArray; readonly weight?: Weight }
  | { readonly kind: "weight"; readonly weight: Weight };

/** Real numbers from the file. */
export interface Weight {
  readonly name: string;
  readonly array: HostArray;
  /** The parameter, or the constant when it is frozen. */
  asParameter(): Value;
}

/** Shape of whatever it is. */
export function shapeOf(operand: Operand): Shape {
  if (operand.kind === "computed") return operand.value.shape;
  return operand.kind === "constant" ? operand.array.shape : operand.weight.array.shape;
}

/** Numbers of an operand, where they are known while reading. */
export function knownNumbers(operand: Operand): HostArray | undefined {
  if (operand.kind === "computed") return undefined;
  return operand.kind === "constant" ? operand.array : operand.weight.array;
}

/**
 * Whether an operand takes part in arithmetic while reading. A weight of a single number does: exporters write literals such as the 0.5 of
 * GELU like weights, and literals are not trained.
 */
export function isFoldable(operand: Operand): boolean {
  return operand.kind === "constant" || (operand.kind === "weight" && operand.weight.array.numbers.length === 1);
}

/** An operand as the value of a graph. @throws {@link FormatError} for integers, which have no place among real numbers */
export function asValue(operand: Operand, graph: Value["graph"], where: string): Value {
  if (operand.kind === "computed") return operand.value;
  if (operand.kind === "weight" && !isFoldable(operand)) return operand.weight.asParameter();
  const array = knownNumbers(operand)!;
  if (!isReal(array.dataType) && array.dataType !== "bool")
    throw new FormatError({
      where,
      expected: "real numbers",
      received: `${array.dataType}`,
      fix: "Integer arithmetic at run time is not supported, only what can be worked out while reading.",
    });
  return graph.constant(float32Of(array), array.shape);
}
