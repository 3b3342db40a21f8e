import { type Shape, sizeOf } from "../../core/shape.ts";
import type { Graph, Value } from "../graph.ts";
import { portable } from "../lowerings/portable.ts";
import { type ArrayExtent, arrayTypes } from "./array-types.ts";
import { type NodeCost, nodeCosts } from "./cost.ts";
import { INPUTS, nodeOwners } from "./owners.ts";

/** What a layer mostly does. */
export type LayerKind = "convolution" | "normalisation" | "product" | "other";

/** One line of the table. */
export interface Layer {
  /** Scope, such as `segmenter/down0/conv1`. */
  readonly name: string;
  readonly kind: LayerKind;
  /** Shape of what it gives on, `[N, C, H, W]` for images. */
  readonly shape: Shape;
  /** Numbers that are trained. */
  readonly parameters: number;
  /** Floating-point operations of one forward pass. */
  readonly operations: number;
  /** Part of a step's time, 0 to 1, where somebody measured or estimated it. */
  readonly share?: number;
}

/** How to list a network. */
export interface LayerTableOptions {
  /** Layers whose names agree in this many parts are one; all apart unless given. */
  readonly parts?: number;
  /** Part of a step's time by full scope, as `byScope` of a profile has it. */
  readonly shares?: readonly { readonly name: string; readonly share: number }[];
}

/**
 * Layers of a network in the order in which data meets them: all that outputs need and that belongs to parameters. Operators without parameters
 * (activations, pooling, losses) count to the layer before them.
 */
export function layerTable(
  graph: Graph,
  outputs: Readonly<Record<string, Value>>,
  { parts = Number.POSITIVE_INFINITY, shares = [] }: LayerTableOptions = {},
): Layer[] {
  const prefixed = Object.fromEntries(Object.entries(outputs).map(([name, value]) => [`output/${name}`, value]));
  const model = portable(graph, prefixed);
  const types = arrayTypes(model);
  const costs = nodeCosts(model, types);
  const parameters = graph.parameters();
  const owners = nodeOwners(
    model,
    graph.variables.keys(),
    parameters.map(({ name }) => name),
  );
  const cut = (scope: string) => scope.split("/").slice(0, parts).join("/");
  const nodes = new Map<string, NodeCost[]>();
  for (const [at, cost] of costs.entries()) {
    const name = cut(owners[at]!);
    if (owners[at] !== INPUTS) nodes.set(name, [...(nodes.get(name) ?? []), cost]);
  }
  return [...nodes].map(([name, own]) => {
    const belongs = (variable: string) => cut(variable.slice(0, variable.lastIndexOf("/"))) === name;
    const share = shares.filter((each) => cut(each.name) === name).reduce((sum, each) => sum + each.share, 0);
    const trained = parameters.filter((each) => belongs(each.name)).reduce((sum, { shape }) => sum + sizeOf(shape), 0);
    const kind = kindOf(own, trained > 0);
    return {
      name,
      kind,
      shape: shapeOf(kind, own, types),
      parameters: trained,
      operations: own.reduce((sum, { operations }) => sum + operations, 0),
      ...(shares.length > 0 ? { share } : {}),
    };
  });
}

/**
 * Shape of what a layer gives on. What comes after it without parameters (pooling, enlarging) counts to it, but is not its result: that is the last
 * convolution's, the first image of a normalisation, of products the last image or matrix.
 */
function shapeOf(kind: LayerKind, nodes: readonly NodeCost[], types: ReadonlyMap<string, ArrayExtent>): Shape {
  const shape = ({ node }: NodeCost) => types.get(node.outputs[0]!)!.shape;
  const isImage = (each: Shape) => each.length === 4 && each[2]! * each[3]! > 1;
  const shapes = nodes.map(shape);
  if (kind === "convolution") return shape(nodes.findLast(({ node }) => node.opType.startsWith("Conv"))!);
  const isProduct = ({ node }: NodeCost) => node.opType === "MatMul";
  if (kind === "product") return shapes.findLast(isImage) ?? shape(nodes.findLast(isProduct)!);
  return (kind === "normalisation" ? shapes.find(isImage) : shapes.findLast(isImage)) ?? shapes.at(-1)!;
}

/** Trained numbers that are neither filters nor factors nor looked up scale and shift: what a normalisation does. */
function kindOf(nodes: readonly NodeCost[], isTrained: boolean): LayerKind {
  const has = (...opTypes: readonly string[]) => nodes.some(({ node }) => opTypes.includes(node.opType));
  if (has("Conv", "ConvTranspose")) return "convolution";
  if (has("MatMul")) return "product";
  return isTrained && !has("Gather") ? "normalisation" : "other";
}
