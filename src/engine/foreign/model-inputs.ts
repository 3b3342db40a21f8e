import { FormatError, GraphError, ShapeError } from "../../core/errors.ts";
import { formatShape, type Shape } from "../../core/shape.ts";
import { dataTypeOf, type Tensor, type TensorData } from "../../core/tensor.ts";
import type { OnnxModel, OnnxValueInfo } from "../../onnx/model.ts";
import { describe, type Graph, type Value } from "../graph.ts";
import { hostOf, isReal } from "./host-array.ts";
import type { Operand } from "./operand.ts";

/**
 * What stands for an input of a foreign model: a value of the graph; a shape, for a new input of the graph; or numbers that are known
 * already, such as a size that the model takes as an input.
 */
export type GivenInput = Value | Shape | Tensor<TensorData>;

/**
 * Inputs of a model as operands, by name. Axes without a number take it from what is given; the same name means the same extent.
 *
 * @param needed names that the wanted outputs depend on; others need not be given
 * @throws {@link ShapeError} when shapes contradict the model
 * @throws {@link GraphError} when an input is given that the model does not have, or is missing
 */
export function modelInputs(
  graph: Graph,
  model: OnnxModel,
  options: {
    readonly where: string;
    readonly given: Readonly<Record<string, GivenInput>>;
    readonly needed: ReadonlySet<string>;
    readonly graphName: (name: string) => string;
  },
): Map<string, Operand> {
  const { where, given, needed, graphName } = options;
  const defaults = new Set(model.initializers.map(({ name }) => name));
  const operands = new Map<string, Operand>();
  const extents = new Map<string, number>();
  for (const name of Object.keys(given))
    if (!model.inputs.some((info) => info.name === name))
      throw new GraphError({
        where,
        expected: `inputs ${model.inputs.map((info) => `"${info.name}"`).join(", ")}`,
        received: `"${name}"`,
      });
  for (const info of model.inputs) {
    const { name } = info;
    const found = Object.hasOwn(given, name) ? given[name] : undefined;
    if (found === undefined && (defaults.has(name) || !needed.has(name))) continue;
    const place = `${where}: input "${name}"`;
    const shape = found === undefined ? declaredShape(info, place) : "shape" in found ? found.shape : found;
    requireFit(info, shape, extents, place);
    if (found !== undefined && "data" in found) {
      const { data } = found;
      operands.set(name, { kind: "constant", array: hostOf({ name, dataType: dataTypeOf(data), shape, data }) });
      continue;
    }
    if (!isReal(info.dataType) && info.dataType !== "bool" && info.dataType !== "uint8")
      throw new FormatError({
        where: place,
        expected: "real numbers",
        received: info.dataType,
        fix: "Give its numbers as a tensor, so that they are known while reading.",
      });
    operands.set(name, { kind: "computed", value: valueFor(graph, found, shape, { place, name: graphName(name) }) });
  }
  return operands;
}

function valueFor(
  graph: Graph,
  found: Value | Shape | undefined,
  shape: Shape,
  { place, name }: { place: string; name: string },
): Value {
  if (found === undefined || !("shape" in found)) return graph.input(name, shape);
  if (found.graph === graph && found.dataType === "float32") return found;
  throw new GraphError({ where: place, expected: "a float32 value of this graph", received: describe(found) });
}

function declaredShape({ shape }: OnnxValueInfo, where: string): Shape {
  const unknown = shape.flatMap((extent, axis) => (typeof extent === "number" ? [] : [`${axis} ("${extent}")`]));
  if (unknown.length > 0)
    throw new GraphError({
      where,
      expected: "a shape, because the file leaves axes open",
      received: `none for axis ${unknown.join(", ")} of [${shape.join(", ")}]`,
      fix: "Give it in the option `inputs`.",
    });
  return shape as Shape;
}

/** Extents in the file are part of the network: reshapes count on them, so other ones would go wrong silently. */
function requireFit(info: OnnxValueInfo, shape: Shape, extents: Map<string, number>, where: string): void {
  const fits =
    shape.length === info.shape.length &&
    info.shape.every((declared, axis) => {
      const extent = shape[axis]!;
      if (!Number.isSafeInteger(extent) || extent < 1) return false;
      if (typeof declared === "number") return declared === extent;
      const before = declared === "" ? undefined : extents.get(declared);
      extents.set(declared, extent);
      return before === undefined || before === extent;
    });
  if (fits) return;
  throw new ShapeError({
    where,
    expected: `[${info.shape.join(", ")}]`,
    received: formatShape(shape),
    fix: "Export the model with open axes (dynamic_axes, dynamic_shapes) to use it at other sizes.",
  });
}
