import type { Value } from "../../graph.ts";
import {
  abs,
  add,
  broadcastTo,
  div,
  groupNorm,
  instanceNorm,
  layerNorm,
  matMul,
  mean,
  mul,
  pow,
  reshape,
  sqrt,
  square,
  sub,
  sum,
} from "../../ops/index.ts";
import { axisOf, type ForeignNode, type ForeignRule } from "../foreign-node.ts";
import { requireModestSize } from "../host-array.ts";
import { imageValue, likeInput } from "../image-value.ts";

/** Normalisations. */
export const normalizationRules: Readonly<Record<string, ForeignRule>> = {
  BatchNormalization: batchNormalization,
  GroupNormalization: groupNormalization,
  InstanceNormalization(node) {
    const x = imageValue(node, node.value(0));
    const epsilon = node.float("epsilon", 1e-5);
    return likeInput(node, instanceNorm(x, { scale: node.weight(1), offset: node.weight(2), epsilon }));
  },
  LayerNormalization(node) {
    const shape = node.shape(0);
    const axis = axisOf(node, node.int("axis", -1), shape.length);
    if (node.resultCount > 1) throw node.refusal("one result", `${node.resultCount}`);
    const axes = shape.flatMap((_, i) => (i < axis ? [] : [i]));
    const [scale, offset] = [node.weight(1), node.has(2) ? node.weight(2) : undefined];
    return layerNorm(node.value(0), { axes, scale, offset, epsilon: node.float("epsilon", 1e-5) });
  },
  LRN: localResponse,
  LpNormalization(node) {
    const x = node.value(0);
    const over = { axes: [axisOf(node, node.int("axis", -1), x.shape.length)], keepDims: true };
    return div(x, node.int("p", 2) === 1 ? sum(abs(x), over) : sqrt(sum(square(x), over)));
  },
  RMSNormalization(node) {
    const x = node.value(0);
    const first = axisOf(node, node.int("axis", -1), x.shape.length);
    const axes = x.shape.flatMap((_, axis) => (axis < first ? [] : [axis]));
    const size = sqrt(add(mean(square(x), { axes, keepDims: true }), node.float("epsilon", 1e-5)));
    return mul(div(x, size), node.weight(1));
  },
};

/**
 * Batch normalisation as it is used after training: every channel by the statistics of the file.
 *
 * Frozen, it is one scale and one shift per channel, worked out here. To train, scale and offset stay parameters and only the statistics
 * are fixed: they belong to the images that the network was trained on.
 */
function batchNormalization(node: ForeignNode): Value {
  if (node.int("training_mode", 0) !== 0 || node.resultCount > 1)
    throw node.refusal(
      "batch normalisation as it is in use",
      "its training form",
      "Export the model in evaluation mode (model.eval() in PyTorch).",
    );
  const epsilon = node.float("epsilon", 1e-5);
  const channels = node.shape(0)[1] ?? 0;
  const [scale, offset, center, variance] = [1, 2, 3, 4].map((input) => Array.from(node.known(input).numbers));
  for (const numbers of [scale!, offset!, center!, variance!])
    if (numbers.length !== channels) throw node.refusal(`${channels} numbers per channel`, `${numbers.length}`);
  const constant = (numberAt: (channel: number) => number) =>
    perChannel(node, node.graph.constant(Float32Array.from({ length: channels }, (_, i) => numberAt(i))));
  const deviation = (channel: number) => Math.sqrt(variance![channel]! + epsilon);
  if (node.batchNorm === "frozen")
    return scaleAndShift(
      node.value(0),
      constant((i) => scale![i]! / deviation(i)),
      constant((i) => offset![i]! - (center![i]! * scale![i]!) / deviation(i)),
    );
  const unit = mul(
    sub(
      node.value(0),
      constant((i) => center![i]!),
    ),
    constant((i) => 1 / deviation(i)),
  );
  return scaleAndShift(unit, perChannel(node, node.weight(1)), perChannel(node, node.weight(2)));
}

/** Scale and offset belong to groups in operator sets 18 to 20, to channels later. */
function groupNormalization(node: ForeignNode): Value {
  const c = node.shape(0)[1] ?? 0;
  const groups = node.int("num_groups");
  if (!(groups >= 1 && c % groups === 0)) throw node.refusal(`groups that divide ${c} channels`, `${groups}`);
  const spread = (weight: Value) =>
    weight.shape[0] === c ? weight : reshape(broadcastTo(reshape(weight, [groups, 1]), [groups, c / groups]), [c]);
  const [scale, offset] = [spread(node.weight(1)), spread(node.weight(2))];
  const epsilon = node.float("epsilon", 1e-5);
  return likeInput(node, groupNorm(imageValue(node, node.value(0)), { groups, scale, offset, epsilon }));
}

function scaleAndShift(x: Value, scale: Value, shift: Value): Value {
  return add(mul(x, scale), shift);
}

/**
 * Every number divided by a power of the squares of its neighbours in other channels.
 *
 * @see Krizhevsky, Sutskever & Hinton, NeurIPS 2012, section 3.3
 */
function localResponse(node: ForeignNode): Value {
  const x = node.value(0);
  const [n, c] = x.shape as [number, number];
  const size = node.int("size");
  if (!(size >= 1 && size % 2 === 1)) throw node.refusal("an odd size, as the runtime knows it", `${size}`);
  requireModestSize([c, c], node.where);
  const neighbours = new Float32Array(c * c);
  for (let row = 0; row < c; row++)
    for (let column = 0; column < c; column++)
      if (Math.abs(column - row) <= (size - 1) / 2) neighbours[row * c + column] = node.float("alpha", 1e-4) / size;
  const squares = matMul(x.graph.constant(neighbours, [c, c]), reshape(square(x), [n, c, -1])); // [N, C, H·W]
  const base = add(reshape(squares, x.shape), node.float("bias", 1));
  return div(x, pow(base, node.float("beta", 0.75)));
}

/** One number per channel, `[C]`, beside an array `[N, C, …]`. */
function perChannel(node: ForeignNode, value: Value): Value {
  return reshape(value, [
    1,
    -1,
    ...node
      .shape(0)
      .slice(2)
      .map(() => 1),
  ]);
}
