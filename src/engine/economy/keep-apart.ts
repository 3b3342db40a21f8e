/**
 * Lets go of buffers that wait for nobody but a later result.
 *
 * Before the first run the runtime plans which results share a buffer: one that nobody reads any more is kept for the next result of its very shape, however
 * far away that is. At the peak of a training step two buffers of five may wait so, while arrays of other shapes are allocated. A result whose shape
 * the runtime does not know before the run shares nothing: its place comes from the arena, in which freed places of any shape meet.
 *
 * So the results that buffers wait for at the peak are made of inputs under a loose shape, one that is an input of the model as well as a constant in it, and
 * get their own shape back after. Nothing else changes; both are views.
 */

import type { OnnxModel, OnnxNode, OnnxTensor } from "../../onnx/model.ts";
import { type ArrayExtent, arrayTypes, bytesOf } from "../diagnostics/array-types.ts";
import { memoryWalk } from "../diagnostics/memory.ts";
import { runOrder } from "./run-order.ts";
import { LOOSE_SHAPE } from "./values-apart.ts";
import { isView } from "./views.ts";

/** Waiting buffers below this are left alone: many small arrays that come and go leave holes in the arena. */
const LEAST_BYTES = 2 ** 22;

/** Walks after which the rest may wait: each lets go of what waits at the peak that the last one left. */
const MOST_WALKS = 24;

/** Inputs as large as this part of a result say something of its shape. */
const SHAPING_PART = 16;

/** Results of this size too, where they are asked for: they are no loss themselves, but their waiting buffers cut up the places that large results need. */
const MEDIUM = { from: 2 ** 15, to: 2 ** 20 };

/**
 * The same model with less waiting.
 *
 * @param options.mediumToo whether {@link MEDIUM} results share nothing either: good for functions, whose last images are large again; in a training step, whose
 * peak lies in the middle, they need more so
 */
export function keepApart(model: OnnxModel, { mediumToo = false }: { readonly mediumToo?: boolean } = {}): OnnxModel {
  const types = arrayTypes(model);
  const apart = chosen(model, types, mediumToo);
  if (apart.size === 0) return model;
  const constants = new Map(model.initializers.map((constant) => [constant.name, constant]));
  const shapes = new Map<string, OnnxTensor>();
  const shape = (prefix: string, extents: readonly number[]) => {
    const name = prefix + extents.join("x");
    const data = BigInt64Array.from(extents, BigInt);
    if (!shapes.has(name)) shapes.set(name, { name, dataType: "int64", shape: [extents.length], data });
    return name;
  };
  const nodes = model.nodes.flatMap((node): OnnxNode[] => {
    if (!node.outputs.some((name) => apart.has(name))) return [node];
    const bytes = bytesOf(types.get(node.outputs[0]!)!);
    const around: OnnxNode[] = [];
    const inputs = node.inputs.map((name, index) => {
      const extent = types.get(name);
      if (!extent || constants.has(name) || bytesOf(extent) * SHAPING_PART < bytes) return name;
      const loose = `${node.outputs[0]}/loose/${index}`;
      around.push(view(name, shape(LOOSE_SHAPE, extent.shape), loose));
      return loose;
    });
    const outputs = node.outputs.map((name) => (name ? `${name}/apart` : name));
    const back = node.outputs.flatMap((name, i) =>
      name ? [view(outputs[i]!, shape(FIXED_SHAPE, types.get(name)!.shape), name)] : [],
    );
    return [...around, { ...node, inputs, outputs }, ...back];
  });
  const loose = [...shapes.values()].filter(({ name }) => name.startsWith(LOOSE_SHAPE));
  return {
    ...model,
    nodes,
    initializers: [...model.initializers, ...shapes.values()],
    inputs: [...model.inputs, ...loose.map(({ name, dataType, shape }) => ({ name, dataType, shape }))],
  };
}

const FIXED_SHAPE = "fixed shape ";

function view(name: string, shape: string, as: string): OnnxNode {
  return { opType: "Reshape", domain: "", name: `${as}/view`, inputs: [name, shape], outputs: [as], attributes: {} };
}

/** The results that shall share nothing. */
function chosen(model: OnnxModel, types: ReadonlyMap<string, ArrayExtent>, mediumToo: boolean): ReadonlySet<string> {
  const outputs = new Set(model.outputs.map(({ name }) => name));
  const fixed = addedInPlace(model);
  const bytes = (name: string) => bytesOf(types.get(name)!);
  const canBe = (name: string) => name !== "" && !outputs.has(name) && !fixed.has(name);
  const isMedium = (name: string) => canBe(name) && bytes(name) >= MEDIUM.from && bytes(name) < MEDIUM.to;
  const made = model.nodes.flatMap((node) => (isView(node) ? [] : node.outputs));
  const apart = new Set(mediumToo ? made.filter(isMedium) : []);
  for (let walks = 0; walks < MOST_WALKS; walks++) {
    const { awaited } = memoryWalk(model, types, (output) => outputs.has(output), apart);
    const large = awaited.filter((name) => bytes(name) >= LEAST_BYTES && canBe(name));
    if (large.length === 0) break;
    for (const name of large) apart.add(name);
  }
  return apart;
}

/**
 * Results of blocked convolutions that add into an array nobody reads after them. They are written there only where the runtime knows before the run that both have
 * one shape; else one thread copies.
 */
function addedInPlace(model: OnnxModel): ReadonlySet<string> {
  const base = new Map<string, string>(); // value whose memory a value shares
  const lastReaders = new Map<string, OnnxNode>();
  const baseOf = (name: string) => base.get(name) ?? name;
  for (const node of runOrder(model)) {
    if (isView(node)) base.set(node.outputs[0]!, baseOf(node.inputs[0]!));
    else for (const name of node.inputs) lastReaders.set(baseOf(name), node);
  }
  const adding = model.nodes.filter(({ opType, inputs: [, , , sum] }) => opType === "Conv" && sum);
  const inPlace = adding.filter((node) => lastReaders.get(baseOf(node.inputs[3]!)) === node);
  return new Set(inPlace.flatMap(({ outputs }) => outputs));
}
