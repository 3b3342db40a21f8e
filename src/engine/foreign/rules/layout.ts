import type { Value } from "../../graph.ts";
import {
  broadcastTo,
  concat,
  depthToSpace2d,
  flip,
  pad,
  reshape,
  slice,
  split,
  gather as takeAlong,
  transpose,
} from "../../ops/index.ts";
import { axisOf, everyInput, type ForeignNode, type ForeignRule } from "../foreign-node.ts";
import {
  expandedShape,
  gatherPlaces,
  newShapes,
  permutationOf,
  sliceRanges,
  splitLengths,
  tileRepeats,
} from "../layout.ts";
import { padRule } from "./pad.ts";

/** Operators that only move numbers about. */
export const layoutRules: Readonly<Record<string, ForeignRule>> = {
  Concat(node) {
    const values = everyInput(node, node.value);
    return concat(values, axisOf(node, node.int("axis"), values[0]!.shape.length));
  },
  DepthToSpace: depthToSpace,
  Dropout: dropout,
  Expand: (node) => broadcastTo(node.value(0), expandedShape(node)),
  Flatten: reshaped(newShapes.Flatten),
  Gather: gather,
  Identity: (node) => [node.operand(0)],
  Pad: padRule,
  Reshape: reshaped(newShapes.Reshape),
  Slice: (node) => sliceRanges(node).reduce((x, range, axis) => sliceAxis(node, x, axis, range), node.value(0)),
  SpaceToDepth: spaceToDepth,
  Split(node) {
    const parts = split(node.value(0), splitLengths(node));
    return parts.map((value) => ({ kind: "computed", value }));
  },
  Squeeze: reshaped(newShapes.Squeeze),
  Tile(node) {
    const x = node.value(0);
    const repeats = tileRepeats(node);
    const apart = reshape(
      x,
      x.shape.flatMap((extent) => [1, extent]),
    ); // [1, A, 1, B, …]
    const repeated = broadcastTo(
      apart,
      x.shape.flatMap((extent, axis) => [repeats[axis]!, extent]),
    );
    return reshape(
      repeated,
      x.shape.map((extent, axis) => extent * repeats[axis]!),
    );
  },
  Transpose: (node) => transpose(node.value(0), permutationOf(node)),
  Unsqueeze: reshaped(newShapes.Unsqueeze),
};

function reshaped(newShape: (node: ForeignNode) => readonly number[]): ForeignRule {
  return (node) => reshape(node.value(0), newShape(node));
}

/** Inference leaves everything as it is. The mask beside it is wanted by nobody. */
function dropout(node: ForeignNode): ReturnType<ForeignRule> {
  if (node.resultCount > 1 || (node.has(2) && node.known(2).numbers[0] !== 0))
    throw node.refusal("dropout as it is in use", "its training form", "Export the model in evaluation mode.");
  return [node.operand(0)];
}

/**
 * Every `step`-th place of an axis: the axis is cut to whole steps, folded into `[count, step]`, and the first of each is kept. What is
 * missing to the last whole step is filled with zeros, which are cut off again.
 */
function sliceAxis(node: ForeignNode, x: Value, axis: number, range: ReturnType<typeof sliceRanges>[number]): Value {
  const { step, count } = range;
  if (count === 0) throw node.refusal("a slice that holds something", "an empty one");
  const [start, turned] = step < 0 ? [x.shape[axis]! - 1 - range.start, flip(x, [axis])] : [range.start, x];
  const stride = Math.abs(step);
  const end = Math.min(start + count * stride, x.shape[axis]!);
  const cut = slice(turned, { starts: [start], ends: [end], axes: [axis] });
  if (stride === 1) return cut;
  const missing = count * stride - (end - start);
  const rank = x.shape.length;
  const whole = pad(cut, { pads: Array.from({ length: 2 * rank }, (_, i) => (i === rank + axis ? missing : 0)) });
  const folded = reshape(whole, [...x.shape.slice(0, axis), count, stride, ...x.shape.slice(axis + 1)]);
  const firsts = slice(folded, { starts: [0], ends: [1], axes: [axis + 1] });
  return reshape(firsts, x.shape.with(axis, count));
}

/** Known places along an axis; neighbours in a row are a slice, which costs less than a table of places. */
function gather(node: ForeignNode): Value {
  const { axis, places, placesShape } = gatherPlaces(node);
  const x = node.value(0);
  const [first] = places;
  if (first === undefined) throw node.refusal("at least one place", "none");
  if (!places.every((place, i) => place === first + i))
    return takeAlong(x, node.graph.constant(Int32Array.from(places), placesShape), axis);
  const run = slice(x, { starts: [first], ends: [first + places.length], axes: [axis] });
  return reshape(run, [...x.shape.slice(0, axis), ...placesShape, ...x.shape.slice(axis + 1)]);
}

function blockOf(node: ForeignNode, divided: number, what: string): number {
  const block = node.int("blocksize");
  if (node.shape(0).length === 4 && block >= 1 && divided % (what === "channels" ? block ** 2 : block) === 0)
    return block;
  throw node.refusal(`[N, C, H, W] whose ${what} divide into blocks of ${block}`, `[${node.shape(0)}]`);
}

/** Channels become blocks of pixels. `DCR` keeps the blocks outermost among the channels, `CRD` (PyTorch's pixel shuffle) innermost. */
function depthToSpace(node: ForeignNode): Value {
  const [n, c, h, w] = node.shape(0) as [number, number, number, number];
  const block = blockOf(node, c, "channels");
  const mode = node.text("mode", "DCR");
  if (mode !== "DCR" && mode !== "CRD") throw node.refusal("mode DCR or CRD", mode);
  if (mode === "CRD") return depthToSpace2d(node.value(0), block);
  const channels = c / block ** 2;
  const apart = reshape(node.value(0), [n, block, block, channels, h, w]);
  return reshape(transpose(apart, [0, 3, 4, 1, 5, 2]), [n, channels, h * block, w * block]);
}

function spaceToDepth(node: ForeignNode): Value {
  const [n, c, h, w] = node.shape(0) as [number, number, number, number];
  const block = blockOf(node, h, "height");
  blockOf(node, w, "width");
  const folded = reshape(node.value(0), [n, c, h / block, block, w / block, block]);
  return reshape(transpose(folded, [0, 3, 5, 1, 2, 4]), [n, c * block ** 2, h / block, w / block]);
}
