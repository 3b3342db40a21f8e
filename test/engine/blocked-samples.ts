import type { Shape } from "../../src/core/shape.ts";
import type { Value } from "../../src/engine/graph.ts";
import { conv2dWeightGradient, convTranspose2d } from "../../src/engine/ops/convolution.ts";
import * as ops from "../../src/engine/ops/index.ts";
import { kinkSlope } from "../../src/engine/ops/leaky-relu.ts";
import { putAtMaxima2d } from "../../src/engine/ops/max-pool-2d.ts";
import { normalize } from "../../src/engine/ops/normalize.ts";
import { foldReflection, reflectPad } from "../../src/engine/ops/reflect-pad.ts";
import { zeroPad } from "../../src/engine/ops/slice.ts";
import type { Sample } from "./samples.ts";

/** A sample and the shapes of its inputs, with channels in whole blocks so that blocked rules apply. */
export interface BlockedSample {
  readonly shapes: readonly Shape[];
  readonly sample: Sample;
}

/** One use of an operator on images that lie blocked. */
function images(sample: Sample, ...shapes: Shape[]): BlockedSample {
  return { shapes, sample: (inputs) => sample(inputs.map(lying)) };
}

/** The same numbers, blocked: as they come out of a convolution with the identity. */
export function lying(value: Value): Value {
  const channels = value.shape[1]!;
  if (value.shape.length !== 4 || channels % 16 !== 0 || value.shape[2]! < 2) return value;
  const identity = Float32Array.from({ length: channels ** 2 }, (_, i) => (i % (channels + 1) === 0 ? 1 : 0));
  return ops.conv2d(value, value.graph.constant(identity, [channels, channels, 1, 1]));
}

const X = [2, 32, 6, 7];
const one = (sample: (x: Value) => Value, shape: Shape = X) => images(([x]) => sample(x!), shape);
const two = (sample: (a: Value, b: Value) => Value, a: Shape = X, b: Shape = X) =>
  images(([p, q]) => sample(p!, q!), a, b);
const kernel = (extent: number) => [extent, extent];
const positive = (x: Value) => ops.add(ops.square(x), 0.5);

/** Samples of every operator with a blocked rule, and of what rules do together. */
export const blockedSamples: Readonly<Record<string, Readonly<Record<string, BlockedSample>>>> = {
  abs: { plain: one((x) => ops.abs(x)) },
  add: {
    images: two((a, b) => ops.add(a, b)),
    channels: two((a, b) => ops.add(a, b), X, [1, 32, 1, 1]),
    "channels of each image": two((a, b) => ops.add(b, a), X, [2, 32, 1, 1]),
    number: one((x) => ops.add(x, 2)),
    pixels: two((a, b) => ops.add(a, b), X, [2, 1, 6, 7]),
    "to a convolution": two((a, b) => ops.add(lying(a), b)),
    "two convolutions": two((a, b) => ops.relu(ops.add(lying(a), lying(b)))),
    "to itself": one((x) => ops.add(lying(x), lying(x))),
  },
  averagePool2d: { two: one((x) => ops.averagePool2d(x, 2), [2, 16, 6, 8]) },
  clamp: { plain: one((x) => ops.clamp(x, { min: -0.5, max: 0.5 })) },
  concat: {
    channels: images((values) => ops.concat(values, 1), X, [2, 16, 6, 7]),
    columns: images((values) => ops.concat(values, 3), X, X),
    images: images((values) => ops.concat(values, 0), X, X),
    "three outputs, wide kernel": images(
      ([x, w, bias]) => ops.conv2d(lying(x!), w!, { padding: [2, 0, 1, 1], bias }),
      X,
      [3, 32, 5, 7],
      [3],
    ),
    "three outputs, wide kernel, strides": images(
      ([x, w]) => ops.conv2d(lying(x!), w!, { stride: [2, 2], dilation: [2, 1], padding: 3 }),
      [1, 32, 12, 11],
      [3, 32, 5, 7],
    ),
    "broken blocks": images((values) => ops.concat(values, 1), X, [2, 3, 6, 7]),
  },
  conv2d: {
    padded: images(([x, w, bias]) => ops.conv2d(x!, w!, { padding: 1, bias }), X, [16, 32, 3, 3], [16]),
    "many pixels": images(([x, w]) => ops.conv2d(x!, w!, { padding: 1 }), [1, 16, 24, 24], [32, 16, 3, 3]),
    strided: images(([x, w]) => ops.conv2d(x!, w!, { stride: 2, padding: 1 }), [2, 16, 8, 10], [32, 16, 3, 3]),
    "strided, odd": images(([x, w]) => ops.conv2d(x!, w!, { stride: 2, padding: 1 }), [2, 16, 7, 9], [32, 16, 4, 4]),
    dilated: images(([x, w]) => ops.conv2d(x!, w!, { dilation: [2, 1], padding: [2, 1] }), X, [16, 32, 3, 3]),
    asymmetric: images(([x, w]) => ops.conv2d(x!, w!, { padding: [0, 1, 2, 1] }), X, [16, 32, 3, 3]),
    "then a number per channel": images(
      ([x, w, bias]) => ops.relu(ops.add(ops.conv2d(x!, w!, { padding: 1 }), ops.reshape(bias!, [1, 16, 1, 1]))),
      X,
      [16, 32, 3, 3],
      [16],
    ),
    "biased, then a number per channel": images(
      ([x, w, bias]) => {
        const small = ops.reshape(bias!, [1, 16, 1, 1]);
        return ops.add(ops.conv2d(x!, w!, { padding: 1, bias }), ops.add(small, 1));
      },
      X,
      [16, 32, 3, 3],
      [16],
    ),
    "scaled, then a number per channel": images(
      ([x, w, small]) => ops.add(ops.mul(ops.conv2d(x!, w!), small!), small!),
      X,
      [16, 32, 1, 1],
      [1, 16, 1, 1],
    ),
    "then a number per channel of each image": images(
      ([x, w, small]) => ops.add(ops.conv2d(x!, w!), small!),
      X,
      [16, 32, 1, 1],
      [2, 16, 1, 1],
    ),
    pixelwise: images(([x, w]) => ops.conv2d(x!, w!), X, [16, 32, 1, 1]),
    "few inputs": images(([x, w]) => ops.conv2d(x!, w!, { padding: 1 }), [2, 3, 6, 7], [16, 3, 3, 3]),
    "one input, wide kernel": images(([x, w]) => ops.conv2d(x!, w!), [1, 1, 12, 11], [32, 1, 7, 7]),
    "few outputs": images(([x, w]) => ops.conv2d(x!, w!, { padding: 1 }), X, [3, 32, 3, 3]),
    "one output": images(([x, w]) => ops.conv2d(x!, w!, { padding: 3 }), X, [1, 32, 7, 7]),
    "three outputs, wide kernel": images(
      ([x, w, bias]) => ops.conv2d(lying(x!), w!, { padding: [2, 0, 1, 1], bias }),
      X,
      [3, 32, 5, 7],
      [3],
    ),
    "three outputs, wide kernel, strides": images(
      ([x, w]) => ops.conv2d(lying(x!), w!, { stride: [2, 2], dilation: [2, 1], padding: 3 }),
      [1, 32, 12, 11],
      [3, 32, 5, 7],
    ),
    "broken blocks": images(
      ([x, w]) => lying(ops.conv2d(x!, ops.mul(w!, 2), { padding: 1 })),
      [2, 24, 6, 7],
      [32, 24, 3, 3],
    ),
    "ragged input": images(
      ([x, w, bias]) => lying(ops.conv2d(ops.mul(x!, 2), w!, { padding: 1, bias })),
      [2, 28, 6, 7],
      [32, 28, 3, 3],
      [32],
    ),
    "ragged input, pixelwise": images(([x, w]) => lying(ops.conv2d(x!, w!)), [2, 28, 6, 7], [32, 28, 1, 1]),
    "ragged output": images(
      ([x, w, bias]) => ops.conv2d(x!, w!, { stride: 2, padding: 1, bias }),
      X,
      [28, 32, 3, 3],
      [28],
    ),
    "ragged input, halved": images(
      ([x, w]) => lying(ops.conv2d(x!, w!, { padding: 1 })),
      [2, 92, 16, 40],
      [96, 92, 3, 3],
    ),
    depthwise: images(([x, w]) => ops.conv2d(x!, w!, { groups: 32, padding: 1 }), X, [32, 1, 3, 3]),
    grouped: images(([x, w]) => ops.conv2d(x!, w!, { groups: 2, padding: 1 }), X, [32, 16, 3, 3]),
    "many channels to few": images(([x, w]) => ops.conv2d(x!, w!, { padding: 1 }), [2, 64, 5, 4], [16, 64, 3, 3]),
    "few channels to many": images(([x, w]) => ops.conv2d(x!, w!), [3, 16, 5, 6], [64, 16, 3, 2]),
    // From here on with half of the multiplications, in blocks of either size
    halved: images(([x, w, bias]) => ops.conv2d(x!, w!, { padding: 1, bias }), [1, 80, 36, 40], [80, 80, 3, 3], [80]),
    "halved, then a number per channel": images(
      ([x, w, bias]) => ops.add(ops.conv2d(x!, w!, { padding: 1 }), ops.reshape(bias!, [1, 80, 1, 1])),
      [1, 80, 36, 40],
      [80, 80, 3, 3],
      [80],
    ),
    "halved, several images": images(([x, w]) => ops.conv2d(x!, w!, { padding: 1 }), [8, 96, 16, 8], [96, 96, 3, 3]),
    "halved, without borders": images(([x, w]) => ops.conv2d(x!, w!), [1, 96, 34, 42], [80, 96, 3, 3]),
    "halved, uneven borders": images(
      ([x, w]) => ops.conv2d(x!, w!, { padding: [0, 2, 2, 0] }),
      [1, 80, 36, 40],
      [96, 80, 3, 3],
    ),
    "halved, a wide border above": images(
      ([x, w]) => ops.conv2d(x!, w!, { padding: [3, 1, 0, 1] }),
      [1, 80, 35, 40],
      [96, 80, 3, 3],
    ),
    "halved, wide filters, every other column": images(
      ([x, w]) => ops.conv2d(x!, w!, { stride: [1, 2], padding: [1, 2] }),
      [2, 80, 32, 48],
      [96, 80, 3, 5],
    ),
    "halved, rows left over": images(
      ([x, w, bias]) => ops.conv2d(x!, w!, { padding: 1, bias }),
      [2, 96, 18, 40],
      [80, 96, 3, 3],
      [80],
    ),
    "halved, dilated columns": images(
      ([x, w]) => ops.conv2d(x!, w!, { dilation: [1, 2], padding: [1, 2] }),
      [1, 80, 36, 40],
      [80, 80, 3, 3],
    ),
  },
  conv2dWeightGradient: {
    plain: two((x, dy) => conv2dWeightGradient(x, dy, { kernel: [3, 3], padding: 1 }), X, [2, 16, 6, 7]),
    depthwise: two((x, dy) => conv2dWeightGradient(x, dy, { kernel: [3, 3], padding: 1, groups: 32 }), X, X),
    "depthwise, strided": two(
      (x, dy) => conv2dWeightGradient(x, dy, { kernel: [3, 5], stride: 2, padding: [1, 2, 1, 2], groups: 32 }),
      [2, 32, 8, 10],
      [2, 32, 4, 5],
    ),
    strided: two(
      (x, dy) => conv2dWeightGradient(x, dy, { kernel: [4, 4], stride: 2, padding: 1 }),
      [1, 16, 32, 32],
      [1, 32, 16, 16],
    ),
    "several images to a block": two(
      (x, dy) => conv2dWeightGradient(x, dy, { kernel: [3, 3], padding: 1 }),
      [8, 32, 6, 6],
      [8, 32, 6, 6],
    ),
    "several plain images to a block": two(
      (x, dy) => conv2dWeightGradient(x, dy, { kernel: [3, 2], stride: 2 }),
      [16, 3, 9, 8],
      [16, 32, 4, 4],
    ),
    "channels below each other": two(
      (x, dy) => conv2dWeightGradient(x, dy, { kernel: [3, 2], padding: [1, 0, 1, 1] }),
      [2, 64, 4, 8],
      [2, 64, 4, 8],
    ),
    "channels below each other, turned": two(
      (x, dy) => conv2dWeightGradient(x, dy, { kernel: [2, 3], padding: [0, 1, 1, 1] }),
      [4, 64, 4, 4],
      [4, 32, 4, 4],
    ),
    // From here on with half of the multiplications, in blocks of either size
    halved: two(
      (x, dy) => conv2dWeightGradient(x, dy, { kernel: [3, 3], padding: 1 }),
      [1, 96, 32, 32],
      [1, 96, 32, 32],
    ),
    "halved, several images to a block": two(
      (x, dy) => conv2dWeightGradient(x, dy, { kernel: [3, 3], padding: 1 }),
      [16, 64, 12, 12],
      [16, 96, 12, 12],
    ),
    "halved, every other column": two(
      (x, dy) => conv2dWeightGradient(x, dy, { kernel: [3, 4], stride: [1, 2] }),
      [2, 64, 34, 50],
      [2, 96, 32, 24],
    ),
    "halved, turned": two(
      (x, dy) => conv2dWeightGradient(x, dy, { kernel: [3, 3], padding: [0, 1, 2, 1] }),
      [8, 176, 16, 16],
      [8, 48, 16, 16],
    ),
  },
  convTranspose2d: {
    dense: two((z, w) => convTranspose2d(z, w, { padding: 1 }), X, [32, 16, 3, 3]),
    strided: two((z, w) => convTranspose2d(z, w, { stride: 2, padding: 1, outputSize: [12, 14] }), X, [32, 16, 3, 3]),
    "by three": two((z, w) => convTranspose2d(z, w, { stride: 3, outputSize: [18, 21] }), X, [32, 16, 3, 3]),
    "along rows": two(
      (z, w) => convTranspose2d(z, w, { stride: [1, 2], padding: 1, outputSize: [6, 14] }),
      X,
      [32, 16, 3, 4],
    ),
    odd: two((z, w) => convTranspose2d(z, w, { stride: 2, padding: 1, outputSize: [11, 13] }), X, [32, 16, 3, 3]),
    "to ragged": two((z, w) => convTranspose2d(z, w, { padding: 1 }), X, [32, 28, 3, 3]),
    "from ragged, strided": images(
      ([z, w]) => lying(convTranspose2d(z!, w!, { stride: 2, padding: 1, outputSize: [12, 14] })),
      [2, 28, 6, 7],
      [28, 32, 3, 3],
    ),
    depthwise: two((z, w) => convTranspose2d(z, w, { padding: 1, groups: 32 }), X, [32, 1, 3, 3]),
    "depthwise, strided": two(
      (z, w) => convTranspose2d(z, w, { stride: 2, padding: 2, groups: 32, outputSize: [12, 14] }),
      X,
      [32, 1, 5, 5],
    ),
  },
  cos: { plain: one((x) => ops.cos(x)) },
  detach: { plain: one((x) => ops.mul(x, ops.detach(x))) },
  div: {
    images: two((a, b) => ops.div(a, positive(b))),
    channels: two((a, b) => ops.div(a, positive(b)), X, [1, 32, 1, 1]),
    "channels by images": two((a, b) => ops.div(b, positive(a)), X, [1, 32, 1, 1]),
  },
  erf: { plain: one((x) => ops.erf(x)) },
  exp: { plain: one((x) => ops.exp(x)) },
  flip: { columns: one((x) => ops.flip(x, [3])), both: one((x) => ops.flip(x, [2, 3])) },
  foldReflection: {
    "one around": one((x) => foldReflection(x, { before: [0, 0, 1, 1], after: [0, 0, 1, 1] })),
    "overlapping strips": one((x) => foldReflection(x, { before: [0, 0, 1, 2], after: [0, 0, 2, 2] })),
    "three around": one((x) => foldReflection(x, { before: [0, 0, 3, 3], after: [0, 0, 3, 3] }), [1, 16, 20, 21]),
    "sums of rows": two(
      (z, w) => foldReflection(convTranspose2d(z, w), { before: [0, 0, 1, 1], after: [0, 0, 1, 1] }),
      [1, 96, 32, 32],
      [96, 80, 3, 3],
    ),
    "sums of rows, uneven, the last of them twice": two(
      (z, w) => foldReflection(convTranspose2d(z, w), { before: [0, 0, 2, 1], after: [0, 0, 3, 0] }),
      [8, 96, 7, 20],
      [96, 96, 3, 3],
    ),
  },
  greater: { images: two((a, b) => ops.mul(ops.greater(a, b), a)) },
  kinkSlope: {
    plain: one((x) => ops.mul(x, kinkSlope(x, 0.2))),
    dead: one((x) => ops.mul(x, kinkSlope(x, 0))),
  },
  leakyRelu: {
    plain: one((x) => ops.leakyRelu(ops.add(x, 0.3), 0.2)),
    "of a convolution": one((x) => ops.leakyRelu(lying(x))),
  },
  log: { plain: one((x) => ops.log(positive(x))) },
  maximum: { images: two((a, b) => ops.maximum(a, b)) },
  maxPool2d: {
    two: one((x) => ops.maxPool2d(x), [2, 16, 6, 8]),
    three: one((x) => ops.maxPool2d(x, 3), [2, 16, 6, 9]),
    ties: one((x) => ops.maxPool2d(ops.relu(x)), [2, 16, 6, 8]),
    overlapping: one((x) => ops.maxPool2d(x, { kernel: 3, stride: 2, padding: 1 }), [2, 16, 7, 8]),
  },
  mean: {
    pixels: one((x) => ops.mean(x, { axes: [2, 3] })),
    "pixels and images": one((x) => ops.mean(x, { axes: [0, 2, 3], keepDims: true })),
    all: one((x) => ops.mean(x)),
    "large images": one((x) => ops.mean(ops.square(x), { axes: [2, 3] }), [1, 16, 64, 48]),
    columns: one((x) => ops.mean(x, { axes: [3] })),
  },
  minimum: { images: two((a, b) => ops.minimum(a, b)) },
  mul: {
    images: two((a, b) => ops.mul(a, b)),
    channels: two((a, b) => ops.mul(a, b), X, [1, 32, 1, 1]),
    "channels of each image": two((a, b) => ops.mul(b, a), X, [2, 32, 1, 1]),
    "images to a number": two((a, b) => ops.mul(a, b), X, [2, 1, 1, 1]),
  },
  neg: { plain: one((x) => ops.neg(x)) },
  normalize: {
    instance: images(([x, s, o]) => normalize(x!, s!, o!, { groups: 32, epsilon: 1e-5 }), X, [32], [32]),
    group: images(([x, s, o]) => normalize(x!, s!, o!, { groups: 8, epsilon: 1e-5 }), X, [32], [32]),
    layer: images(([x, s, o]) => normalize(x!, s!, o!, { groups: 1, epsilon: 1e-5 }), X, [32], [32]),
    batch: images(([x, s, o]) => normalize(x!, s!, o!, { groups: 0, epsilon: 1e-5 }), X, [32], [32]),
    "batch about zero": images(
      ([x, s, o]) => normalize(x!, s!, o!, { groups: 0, epsilon: 1e-5, aboutZero: true }),
      X,
      [32],
      [32],
    ),
    "batch, then relu": images(
      ([x, s, o]) => ops.relu(normalize(x!, s!, o!, { groups: 0, epsilon: 1e-5 })),
      X,
      [32],
      [32],
    ),
    "large image, off zero": one((x) => ops.instanceNorm(ops.add(x, 10)), [1, 16, 64, 40]),
  },
  pow: { plain: one((x) => ops.pow(positive(x), 1.5)) },
  putAtMaxima2d: {
    two: two((z, x) => putAtMaxima2d(z, x, window(2)), [2, 16, 3, 4], [2, 16, 6, 8]),
    three: two((z, x) => putAtMaxima2d(z, x, window(3)), [2, 16, 2, 3], [2, 16, 6, 9]),
    ties: two((z, x) => putAtMaxima2d(z, ops.relu(x), window(2)), [2, 16, 3, 4], [2, 16, 6, 8]),
  },
  reflectPad: { "all sides": one((x) => reflectPad(x, { before: [0, 0, 1, 2], after: [0, 0, 3, 1] })) },
  relu: {
    plain: one((x) => ops.relu(ops.mul(x, 2))),
    "of a convolution": one((x) => ops.relu(lying(x))),
    "of a convolution that is read again": one((x) => ops.mul(ops.relu(lying(x)), lying(x))),
  },
  reshape: {
    "there and back": one((x) => ops.reshape(ops.square(ops.reshape(x, [2, 4, -1])), X)),
    flat: one((x) => ops.reshape(x, [2, -1])),
  },
  scaleShift: {
    "per image": images((v) => ops.scaleShift(v[0]!, v[1]!, v[2]!), X, [2, 32, 1, 1], [2, 32, 1, 1]),
    "per channel": images((v) => ops.scaleShift(v[0]!, v[1]!, v[2]!), X, [1, 32, 1, 1], [1, 32, 1, 1]),
  },
  sigmoid: { plain: one((x) => ops.sigmoid(ops.mul(x, 2))), "of a convolution": one((x) => ops.sigmoid(lying(x))) },
  sign: { plain: one((x) => ops.mul(ops.sign(x), x)) },
  silu: { plain: one((x) => ops.silu(x)) },
  sin: { plain: one((x) => ops.sin(x)) },
  slice: {
    block: one((x) => ops.slice(x, { starts: [1, 16, 1, 2], ends: [2, 32, 5, 6] })),
    "broken blocks": one((x) => ops.slice(x, { starts: [3], ends: [20], axes: [1] })),
  },
  softplus: { plain: one((x) => ops.softplus(x)) },
  splitPart: {
    channels: one((x) => ops.split(x, { axis: 1, lengths: [16, 16] })[1]!),
    "broken blocks": one((x) => ops.split(x, { axis: 1, lengths: [12, 20] })[1]!),
    rows: one((x) => ops.split(x, { axis: 2, lengths: [2, 4] })[1]!),
  },
  sqrt: { plain: one((x) => ops.sqrt(positive(x))) },
  square: { plain: one((x) => ops.square(x)) },
  sub: {
    images: two((a, b) => ops.sub(a, b)),
    channels: two((a, b) => ops.sub(a, b), X, [2, 32, 1, 1]),
    "from channels": two((a, b) => ops.sub(b, a), X, [1, 32, 1, 1]),
    "from a number": one((x) => ops.sub(1, x)),
  },
  sum: {
    "pixels of products": two((a, b) => ops.sum(ops.mul(a, b), { axes: [2, 3] })),
    "products that are read again": two((a, b) =>
      ops.mul(ops.mul(a, b), ops.sum(ops.mul(a, b), { axes: [2, 3], keepDims: true })),
    ),
    channels: one((x) => ops.sum(x, { axes: [1] })),
  },
  tanh: { plain: one((x) => ops.tanh(ops.mul(x, 2))), "of a convolution": one((x) => ops.tanh(lying(x))) },
  transpose: {
    "an image as rows of pixels": one((x) => ops.transpose(ops.reshape(x, [2, 32, 42]))),
    "half of the channels each": one((x) => ops.transpose(ops.reshape(x, [4, 16, 42]))),
    "broken blocks": one((x) => ops.transpose(ops.reshape(x, [8, 8, 42]))),
    "there and back": one((x) => {
      const rows = ops.square(ops.transpose(ops.reshape(x, [4, 16, 42])));
      return lying(ops.reshape(ops.transpose(rows), X));
    }),
    "back for two who see other images": one((x) => {
      const channels = ops.transpose(ops.square(ops.transpose(ops.reshape(x, [2, 32, 42]))));
      return ops.add(lying(ops.reshape(channels, X)), ops.reshape(lying(ops.reshape(channels, [2, 32, 7, 6])), X));
    }),
    "rows and columns": one((x) => ops.transpose(x)),
  },
  upsampleNearest2d: { two: one((x) => ops.upsampleNearest2d(x)), three: one((x) => ops.upsampleNearest2d(x, 3)) },
  zeroPad: {
    "around and blocks": one((x) => zeroPad(x, { before: [0, 16, 1, 2], after: [1, 0, 3, 0] })),
    "broken blocks": one((x) => zeroPad(x, { before: [0, 3, 0, 0], after: [0, 5, 0, 0] })),
  },
};

function window(extent: number) {
  return { kernel: kernel(extent), strides: kernel(extent), pads: [0, 0, 0, 0], dilations: [1, 1] };
}
