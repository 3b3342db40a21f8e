import type { Value } from "../../src/engine/graph.ts";
import { conv2dWeightGradient, convTranspose2d } from "../../src/engine/ops/convolution.ts";
import * as ops from "../../src/engine/ops/index.ts";
import { kinkSlope } from "../../src/engine/ops/leaky-relu.ts";
import { pickAtMaxima2d, putAtMaxima2d } from "../../src/engine/ops/max-pool-2d.ts";
import { normalize } from "../../src/engine/ops/normalize.ts";
import { foldReflection, reflectPad } from "../../src/engine/ops/reflect-pad.ts";
import { zeroPad } from "../../src/engine/ops/slice.ts";

/** One use of an operator. Its inputs, and what PyTorch makes of them, are in fixtures/engine under the same two names. */
export type Sample = (inputs: Value[]) => Value;

type V = [Value, Value, Value];

/** Samples of every operator, by name: a missing operator does not compile. */
export const samples = {
  abs: { plain: ([x]) => ops.abs(x!) },
  add: { plain: ([a, b]) => ops.add(a!, b!), broadcast: ([a, b]) => ops.add(a!, b!) },
  averagePool2d: { two: ([x]) => ops.averagePool2d(x!), three: ([x]) => ops.averagePool2d(x!, 3) },
  broadcastTo: { plain: ([x]) => ops.broadcastTo(x!, [2, 3, 4]) },
  clamp: { both: ([x]) => ops.clamp(x!, { min: -0.05, max: 1 }), above: ([x]) => ops.clamp(x!, { min: 0.05 }) },
  concat: { channels: (values) => ops.concat(values, 1) },
  conv2d: {
    padded: ([x, w, bias]) => ops.conv2d(x!, w!, { padding: 1, bias }),
    strided: ([x, w]) => ops.conv2d(x!, w!, { stride: 2, padding: 1 }),
    dilated: ([x, w]) => ops.conv2d(x!, w!, { dilation: [2, 3], padding: [2, 1] }),
    grouped: ([x, w]) => ops.conv2d(x!, w!, { groups: 2 }),
    asymmetric: ([x, w]) => ops.conv2d(x!, w!, { padding: [0, 1, 2, 1] }),
    "few outputs": ([x, w, bias]) => ops.conv2d(x!, w!, { padding: 1, bias }),
    pixelwise: ([x, w]) => ops.conv2d(x!, w!),
  },
  conv2dWeightGradient: {
    "many rows": ([x, dy]) => conv2dWeightGradient(x!, dy!, { kernel: [3, 3], padding: 1 }),
    "many rows, one image": ([x, dy]) => conv2dWeightGradient(x!, dy!, { kernel: [3, 2] }),
    "few rows": ([x, dy]) => conv2dWeightGradient(x!, dy!, { kernel: [3, 3], padding: 1 }),
    strided: ([x, dy]) => conv2dWeightGradient(x!, dy!, { kernel: [3, 3], stride: 2, padding: 1 }),
    "strided, one image": ([x, dy]) => conv2dWeightGradient(x!, dy!, { kernel: [4, 4], stride: 2, padding: 1 }),
    dilated: ([x, dy]) => conv2dWeightGradient(x!, dy!, { kernel: [3, 3], dilation: 2 }),
    grouped: ([x, dy]) => conv2dWeightGradient(x!, dy!, { kernel: [3, 3], groups: 2 }),
    pixelwise: ([x, dy]) => conv2dWeightGradient(x!, dy!, { kernel: [1, 1] }),
  },
  convTranspose2d: {
    "to more channels": ([z, w]) => convTranspose2d(z!, w!, { padding: 1 }),
    "to fewer channels": ([z, w]) => convTranspose2d(z!, w!, { padding: 1 }),
    strided: ([z, w]) => convTranspose2d(z!, w!, { stride: 2, padding: 1, outputSize: [8, 9] }),
    grouped: ([z, w]) => convTranspose2d(z!, w!, { stride: 2, padding: 1, groups: 2, outputSize: [6, 6] }),
  },
  cos: { plain: ([x]) => ops.cos(x!) },
  detach: { plain: ([x]) => ops.detach(x!) },
  div: { plain: ([a, b]) => ops.div(a!, b!), broadcast: ([a, b]) => ops.div(a!, b!) },
  exp: { plain: ([x]) => ops.exp(x!) },
  flip: { "two axes": ([x]) => ops.flip(x!, [0, 2]) },
  foldReflection: {
    "all sides": ([x]) => foldReflection(x!, { before: [0, 0, 1, 2], after: [0, 0, 3, 1] }),
    "whole image": ([x]) => foldReflection(x!, { before: [0, 0, 2, 2], after: [0, 0, 2, 2] }),
  },
  greater: { plain: ([a, b]) => ops.greater(a!, b!) },
  kinkSlope: { leaky: ([x]) => kinkSlope(x!, 0.2), dead: ([x]) => kinkSlope(x!, 0) },
  leakyRelu: { plain: ([x]) => ops.leakyRelu(x!, 0.2) },
  log: { plain: ([x]) => ops.log(x!) },
  matMul: { plain: ([a, b]) => ops.matMul(a!, b!), batched: ([a, b]) => ops.matMul(a!, b!) },
  maxPool2d: {
    two: ([x]) => ops.maxPool2d(x!),
    three: ([x]) => ops.maxPool2d(x!, 3),
    ties: ([x]) => ops.maxPool2d(x!),
  },
  mean: { some: ([x]) => ops.mean(x!, { axes: [0, 2] }), all: ([x]) => ops.mean(x!) },
  mul: { plain: ([a, b]) => ops.mul(a!, b!), broadcast: ([a, b]) => ops.mul(a!, b!) },
  neg: { plain: ([x]) => ops.neg(x!) },
  normalize: {
    instance: (inputs) => normalize(...(inputs as V), { groups: 3, epsilon: 1e-5 }),
    group: (inputs) => normalize(...(inputs as V), { groups: 2, epsilon: 1e-5 }),
    batch: (inputs) => normalize(...(inputs as V), { groups: 0, epsilon: 1e-5 }),
  },
  pickAtMaxima2d: { plain: ([v, x]) => pickAtMaxima2d(v!, x!, 2) },
  pow: { "square root of cube": ([x]) => ops.pow(x!, 1.5), cube: ([x]) => ops.pow(x!, 3) },
  putAtMaxima2d: { plain: ([z, x]) => putAtMaxima2d(z!, x!, 2) },
  reflectPad: { "all sides": ([x]) => reflectPad(x!, { before: [0, 0, 1, 2], after: [0, 0, 3, 1] }) },
  relu: { plain: ([x]) => ops.relu(x!) },
  reshape: { plain: ([x]) => ops.reshape(x!, [3, -1]) },
  scaleShift: {
    "per image": (inputs) => ops.scaleShift(...(inputs as V)),
    "per channel": (inputs) => ops.scaleShift(...(inputs as V)),
  },
  sigmoid: { plain: ([x]) => ops.sigmoid(x!) },
  sign: { plain: ([x]) => ops.sign(x!) },
  sin: { plain: ([x]) => ops.sin(x!) },
  slice: { block: ([x]) => ops.slice(x!, { starts: [1, 2], ends: [3, 4], axes: [0, 2] }) },
  softplus: { plain: ([x]) => ops.softplus(x!), far: ([x]) => ops.softplus(x!) },
  splitPart: { middle: ([x]) => ops.split(x!, { axis: 1, lengths: [1, 3, 2] })[1]! },
  sqrt: { plain: ([x]) => ops.sqrt(x!) },
  square: { plain: ([x]) => ops.square(x!) },
  sub: { plain: ([a, b]) => ops.sub(a!, b!), broadcast: ([a, b]) => ops.sub(a!, b!) },
  sum: { some: ([x]) => ops.sum(x!, { axes: [0, -2, -1] }), all: ([x]) => ops.sum(x!) },
  tanh: { plain: ([x]) => ops.tanh(x!) },
  transpose: { plain: ([x]) => ops.transpose(x!, [2, 0, 1]) },
  upsampleNearest2d: { two: ([x]) => ops.upsampleNearest2d(x!), three: ([x]) => ops.upsampleNearest2d(x!, 3) },
  where: { plain: ([condition, a, b]) => ops.where(condition!, a!, b!) },
  zeroPad: { plain: ([x]) => zeroPad(x!, { before: [0, 1], after: [3, 2] }) },
} as const satisfies Record<ops.OpName, Readonly<Record<string, Sample>>>;

/** Samples of functions that are made of operators. */
export const composed = {
  batchNorm: ([x, scale, offset]) => ops.batchNorm(x!, { scale, offset }).output,
  "batchNorm mean": ([x]) => ops.batchNorm(x!).mean,
  "batchNorm variance": ([x]) => ops.batchNorm(x!).variance,
  groupNorm: ([x]) => ops.groupNorm(x!, { groups: 2 }),
  instanceNorm: ([x]) => ops.instanceNorm(x!),
  "instanceNorm far from zero": ([x]) => ops.instanceNorm(x!),
  silu: ([x]) => ops.silu(x!),
  upsampleBilinear2d: ([x]) => ops.upsampleBilinear2d(x!),
  "upsampleBilinear2d by three": ([x]) => ops.upsampleBilinear2d(x!, 3),
} as const satisfies Readonly<Record<string, Sample>>;
