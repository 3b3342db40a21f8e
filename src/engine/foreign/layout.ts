/** What the operators that only move numbers about mean by their inputs and attributes, which differ between operator sets. */

import { broadcastShapes, type Shape, sizeOf } from "../../core/shape.ts";
import { axesOf, axisOf, type ForeignNode } from "./foreign-node.ts";

/** Shape after Reshape, Flatten, Squeeze or Unsqueeze: the numbers stay in their order. */
export const newShapes = {
  Reshape(node) {
    const shape = node.shape(0);
    const wanted = node.list(1) ?? [];
    const keepsZeros = node.int("allowzero", 0) !== 0;
    const copied = wanted.map((extent, axis) => (extent === 0 && !keepsZeros ? (shape[axis] ?? 0) : extent));
    const unknown = copied.indexOf(-1);
    const known = sizeOf(copied.filter((_, axis) => axis !== unknown));
    const found = unknown < 0 ? copied : copied.with(unknown, known === 0 ? 0 : sizeOf(shape) / known);
    if (found.some((extent) => !Number.isSafeInteger(extent) || extent < 0) || sizeOf(found) !== sizeOf(shape))
      throw node.refusal(`a shape for the ${sizeOf(shape)} numbers of [${shape}]`, `[${wanted}]`);
    return found;
  },
  Flatten(node) {
    const shape = node.shape(0);
    const axis = node.int("axis", 1);
    const split = axis < 0 ? axis + shape.length : axis;
    if (split < 0 || split > shape.length) throw node.refusal(`an axis of ${shape.length}`, `${axis}`);
    return [sizeOf(shape.slice(0, split)), sizeOf(shape.slice(split))];
  },
  Squeeze(node) {
    const shape = node.shape(0);
    const given = node.list(1, "axes");
    const axes = given ? axesOf(node, given, shape.length) : shape.flatMap((extent, i) => (extent === 1 ? [i] : []));
    if (axes.some((axis) => shape[axis] !== 1)) throw node.refusal("axes of extent 1", `axes [${axes}] of [${shape}]`);
    return shape.filter((_, axis) => !axes.includes(axis));
  },
  Unsqueeze(node) {
    const shape = [...node.shape(0)];
    const given = node.list(1, "axes") ?? [];
    for (const axis of axesOf(node, given, shape.length + given.length).sort((a, b) => a - b)) shape.splice(axis, 0, 1);
    return shape;
  },
} as const satisfies Record<string, (node: ForeignNode) => Shape>;

/** Order of axes of a Transpose. */
export function permutationOf(node: ForeignNode): number[] {
  const rank = node.shape(0).length;
  const permutation = node.ints("perm") ?? Array.from({ length: rank }, (_, axis) => rank - 1 - axis);
  if (permutation.length !== rank) throw node.refusal(`an order of ${rank} axes`, `[${permutation}]`);
  return axesOf(node, permutation, rank);
}

/** Extents of the parts of a Split. */
export function splitLengths(node: ForeignNode): { readonly axis: number; readonly lengths: readonly number[] } {
  const shape = node.shape(0);
  const axis = axisOf(node, node.int("axis", 0), shape.length);
  const extent = shape[axis]!;
  const parts = node.int("num_outputs", Math.max(1, node.resultCount));
  if (!(parts >= 1 && parts <= extent)) throw node.refusal(`1 to ${extent} parts`, `${parts}`);
  const each = Math.ceil(extent / parts);
  const lengths =
    node.list(1, "split") ?? Array.from({ length: parts }, (_, part) => Math.min(each, extent - part * each));
  if (lengths.some((length) => !(length > 0)) || lengths.reduce((a, b) => a + b, 0) !== extent)
    throw node.refusal(`parts that add up to ${extent}`, `[${lengths}]`);
  return { axis, lengths };
}

/** Which places of each axis a Slice takes: `count` of them from `start` on, `step` apart (negative: backwards). */
export function sliceRanges(node: ForeignNode): { start: number; step: number; count: number }[] {
  const shape = node.shape(0);
  const starts = node.list(1) ?? [];
  const ends = node.list(2) ?? [];
  const axes = axesOf(node, node.list(3) ?? starts.map((_, axis) => axis), shape.length);
  const steps = node.list(4) ?? starts.map(() => 1);
  if (starts.length !== ends.length || starts.length !== axes.length || starts.length !== steps.length)
    throw node.refusal("as many starts as ends, axes and steps", `[${starts}], [${ends}], [${axes}], [${steps}]`);
  return shape.map((extent, axis) => {
    const i = axes.indexOf(axis);
    if (i < 0) return { start: 0, step: 1, count: extent };
    const step = steps[i]!;
    if (step === 0) throw node.refusal("steps other than 0", "0");
    const inside = (place: number, low: number, high: number) =>
      Math.min(Math.max(place < 0 ? place + extent : place, low), high);
    const start = step > 0 ? inside(starts[i]!, 0, extent) : inside(starts[i]!, 0, extent - 1);
    const end = step > 0 ? inside(ends[i]!, 0, extent) : inside(ends[i]!, -1, extent - 1);
    return { start, step, count: Math.max(0, Math.ceil((end - start) / step)) };
  });
}

/** Shape after Expand, which broadcasts both ways. */
export function expandedShape(node: ForeignNode): Shape {
  return broadcastShapes(node.where, node.shape(0), node.list(1) ?? []);
}

/** How often Tile repeats each axis. */
export function tileRepeats(node: ForeignNode): readonly number[] {
  const repeats = node.list(1) ?? [];
  if (repeats.length !== node.shape(0).length || repeats.some((count) => !(count >= 1)))
    throw node.refusal(`${node.shape(0).length} repeats of 1 or more`, `[${repeats}]`);
  return repeats;
}

/** Places that Gather takes along its axis, counted from the start, and the shape they come in. */
export function gatherPlaces(node: ForeignNode): { axis: number; places: readonly number[]; placesShape: Shape } {
  const shape = node.shape(0);
  const axis = axisOf(node, node.int("axis", 0), shape.length);
  const extent = shape[axis]!;
  const places = (node.list(1) ?? []).map((place) => (place < 0 ? place + extent : place));
  const outside = places.find((place) => !(Number.isInteger(place) && place >= 0 && place < extent));
  if (outside !== undefined) throw node.refusal(`places below ${extent} on axis ${axis}`, `${outside}`);
  return { axis, places, placesShape: node.shape(1) };
}

/** Axes of a reduction, in the attribute or, later, in the input; all unless given. */
export function reducedAxesOf(node: ForeignNode): number[] {
  const rank = node.shape(0).length;
  const given = node.list(1, "axes") ?? [];
  if (given.length > 0) return axesOf(node, given, rank).sort((a, b) => a - b);
  return node.int("noop_with_empty_axes", 0) ? [] : Array.from({ length: rank }, (_, axis) => axis);
}
