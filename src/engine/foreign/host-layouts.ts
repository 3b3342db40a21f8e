/** Moving known numbers about, as the operators do that only do that. */

import { type Shape, sizeOf } from "../../core/shape.ts";
import { axisOf, everyInput, type ForeignNode } from "./foreign-node.ts";
import { type HostArray, hostArray, requireModestSize } from "./host-array.ts";
import {
  expandedShape,
  gatherPlaces,
  newShapes,
  permutationOf,
  sliceRanges,
  splitLengths,
  tileRepeats,
} from "./layout.ts";

/** Row-major strides. */
export function stridesOf(shape: Shape): number[] {
  return shape.map((_, axis) => sizeOf(shape.slice(axis + 1)));
}

/** Array of that shape whose element at an index is the source's at `offset + Σ index·stride`. */
function strided(source: HostArray, shape: Shape, strides: readonly number[], where: string, offset = 0): HostArray {
  const inner = stridesOf(shape);
  return hostArray(
    source.dataType,
    shape,
    (index) => {
      let place = offset;
      for (let axis = 0; axis < shape.length; axis++)
        place += (Math.floor(index / inner[axis]!) % shape[axis]!) * strides[axis]!;
      return source.numbers[place]!;
    },
    where,
  );
}

/** Strides of an array broadcast to a larger shape. */
export function broadcastStrides(from: Shape, to: Shape): number[] {
  const strides = stridesOf(from);
  return to.map((_, axis) => {
    const own = axis - to.length + from.length;
    return own < 0 || from[own] === 1 ? 0 : strides[own]!;
  });
}

/** Array repeated to a larger shape. */
export function broadcast(source: HostArray, shape: Shape, where: string): HostArray {
  return strided(source, shape, broadcastStrides(source.shape, shape), where);
}

function concatenated(node: ForeignNode): HostArray {
  const parts = everyInput(node, node.known);
  const [first] = parts;
  const axis = axisOf(node, node.int("axis"), first!.shape.length);
  const fits = parts.every(
    ({ shape }) =>
      shape.length === first!.shape.length && shape.every((extent, i) => i === axis || extent === first!.shape[i]),
  );
  if (!fits)
    throw node.refusal(`shapes that agree except on axis ${axis}`, parts.map((p) => `[${p.shape}]`).join(", "));
  const shape = first!.shape.with(
    axis,
    parts.reduce((total, part) => total + part.shape[axis]!, 0),
  );
  const numbers = new Float64Array(requireModestSize(shape, node.where));
  const outer = sizeOf(shape.slice(0, axis));
  let place = 0;
  for (let block = 0; block < outer; block++)
    for (const part of parts) {
      const length = sizeOf(part.shape.slice(axis));
      for (let i = 0; i < length; i++) numbers[place++] = part.numbers[block * length + i]!;
    }
  return { dataType: first!.dataType, shape, numbers };
}

function gathered(node: ForeignNode): HostArray {
  const { axis, places, placesShape } = gatherPlaces(node);
  const { dataType, shape, numbers } = node.known(0);
  const inner = sizeOf(shape.slice(axis + 1));
  const result = [...shape.slice(0, axis), ...placesShape, ...shape.slice(axis + 1)];
  const block = places.length * inner;
  return hostArray(
    dataType,
    result,
    (i) =>
      numbers[
        Math.floor(i / block) * shape[axis]! * inner + places[Math.floor((i % block) / inner)]! * inner + (i % inner)
      ]!,
    node.where,
  );
}

function sliced(node: ForeignNode): HostArray {
  const x = node.known(0);
  const ranges = sliceRanges(node);
  const strides = stridesOf(x.shape);
  const offset = ranges.reduce((total, { start }, axis) => total + start * strides[axis]!, 0);
  return strided(
    x,
    ranges.map(({ count }) => count),
    ranges.map(({ step }, axis) => step * strides[axis]!),
    node.where,
    offset,
  );
}

function splitParts(node: ForeignNode): HostArray[] {
  const x = node.known(0);
  const { axis, lengths } = splitLengths(node);
  const strides = stridesOf(x.shape);
  let start = 0;
  return lengths.map((length) => {
    const part = strided(x, x.shape.with(axis, length), strides, node.where, start * strides[axis]!);
    start += length;
    return part;
  });
}

function tiled(node: ForeignNode): HostArray {
  const x = node.known(0);
  const repeats = tileRepeats(node);
  const strides = stridesOf(x.shape);
  const apart = strided(
    x,
    x.shape.flatMap((extent, axis) => [repeats[axis]!, extent]),
    strides.flatMap((stride) => [0, stride]),
    node.where,
  );
  return { ...apart, shape: x.shape.map((extent, axis) => extent * repeats[axis]!) };
}

/** What lies on and below (`upper` 0), or on and above, a diagonal; zeros elsewhere. */
function triangle(node: ForeignNode): HostArray {
  const { dataType, shape, numbers } = node.known(0);
  const [rows, columns] = shape.slice(-2);
  if (rows === undefined || columns === undefined) throw node.refusal("a matrix", `[${shape}]`);
  const shift = node.list(1)?.[0] ?? 0;
  const isUpper = node.int("upper", 1) !== 0;
  const keeps = (row: number, column: number) => (isUpper ? column >= row + shift : column <= row + shift);
  const at = (i: number) => (keeps(Math.floor(i / columns) % rows, i % columns) ? numbers[i]! : 0);
  return hostArray(dataType, shape, at, node.where);
}

function transposed(node: ForeignNode): HostArray {
  const x = node.known(0);
  const permutation = permutationOf(node);
  const strides = stridesOf(x.shape);
  return strided(
    x,
    permutation.map((axis) => x.shape[axis]!),
    permutation.map((axis) => strides[axis]!),
    node.where,
  );
}

function sameNumbers(newShape: (node: ForeignNode) => Shape): (node: ForeignNode) => HostArray {
  return (node) => ({ ...node.known(0), shape: newShape(node) });
}

/** By operator. */
export const hostLayouts: Readonly<Record<string, (node: ForeignNode) => HostArray | readonly HostArray[]>> = {
  Concat: concatenated,
  Expand: (node) => broadcast(node.known(0), expandedShape(node), node.where),
  Flatten: sameNumbers(newShapes.Flatten),
  Gather: gathered,
  Identity: (node) => node.known(0),
  Reshape: sameNumbers(newShapes.Reshape),
  Slice: sliced,
  Split: splitParts,
  Squeeze: sameNumbers(newShapes.Squeeze),
  Tile: tiled,
  Transpose: transposed,
  Trilu: triangle,
  Unsqueeze: sameNumbers(newShapes.Unsqueeze),
};
