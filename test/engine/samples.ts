import type { Value } from "../../src/engine/graph.ts";
import { conv2dWeightGradient, convTranspose2d } from "../../src/engine/ops/convolution.ts";
import { scatterAdd } from "../../src/engine/ops/gather.ts";
import * as ops from "../../src/engine/ops/index.ts";
import { kinkSlope } from "../../src/engine/ops/leaky-relu.ts";
import { pickAtMaxima2d, putAtMaxima2d } from "../../src/engine/ops/max-pool-2d.ts";
import { normalize } from "../../src/engine/ops/normalize.ts";
import { foldReflection, reflectPad } from "../../src/engine/ops/reflect-pad.ts";
import { zeroPad } from "../../src/engine/ops/slice.ts";

/** One use of an operator. Its inputs, and what PyTorch makes of them, are in fixtures/engine under the same two names. */
export type Sample = (inputs: Value[]) => Value;

type V = [Value, Value, Value];

/** Windows of the samples of maxima: blocks, and windows that overlap and reach over the border. */
const blocks = { kernel: [2, 2], strides: [2, 2], pads: [0, 0, 0, 0], dilations: [1, 1] };
const overlapping = { kernel: [3, 2], strides: [2, 1], pads: [1, 0, 1, 1], dilations: [1, 2] };

/** int32 constant in the graph of x. */
const indices = (x: Value, numbers: readonly number[], shape: readonly number[] = [numbers.length]) =>
  x.graph.constant(Int32Array.from(numbers), shape);

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
    depthwise: ([x, w]) => ops.conv2d(x!, w!, { padding: 1, groups: 3 }),
    "depthwise, 5x5, strided": ([x, w]) => ops.conv2d(x!, w!, { stride: 2, padding: 2, groups: 3 }),
    "depthwise, small": ([x, w, bias]) => ops.conv2d(x!, w!, { bias, stride: 2, padding: 1, groups: 3 }),
    "depthwise, two for one": ([x, w]) => ops.conv2d(x!, w!, { padding: 1, groups: 2 }),
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
    "wide groups": ([x, dy]) => conv2dWeightGradient(x!, dy!, { kernel: [3, 3], padding: 1, groups: 2 }),
    depthwise: ([x, dy]) => conv2dWeightGradient(x!, dy!, { kernel: [3, 3], padding: 1, groups: 3 }),
    "depthwise, 5x5, strided": ([x, dy]) =>
      conv2dWeightGradient(x!, dy!, { kernel: [5, 5], stride: 2, padding: 2, groups: 3 }),
    "depthwise, wide": ([x, dy]) => conv2dWeightGradient(x!, dy!, { kernel: [2, 1], padding: [1, 0], groups: 2 }),
    "depthwise, dilated and asymmetric": ([x, dy]) =>
      conv2dWeightGradient(x!, dy!, {
        kernel: [2, 3],
        stride: [2, 1],
        dilation: [1, 2],
        padding: [0, 1, 1, 2],
        groups: 2,
      }),
    "depthwise, small": ([x, dy]) =>
      conv2dWeightGradient(x!, dy!, { kernel: [3, 2], dilation: 2, padding: 1, groups: 3 }),
    "depthwise, two for one": ([x, dy]) => conv2dWeightGradient(x!, dy!, { kernel: [3, 3], padding: 1, groups: 2 }),
  },
  convTranspose2d: {
    "to more channels": ([z, w]) => convTranspose2d(z!, w!, { padding: 1 }),
    "to fewer channels": ([z, w]) => convTranspose2d(z!, w!, { padding: 1 }),
    strided: ([z, w]) => convTranspose2d(z!, w!, { stride: 2, padding: 1, outputSize: [8, 9] }),
    grouped: ([z, w]) => convTranspose2d(z!, w!, { stride: 2, padding: 1, groups: 2, outputSize: [6, 6] }),
    depthwise: ([z, w]) => convTranspose2d(z!, w!, { padding: 1, groups: 3 }),
    "depthwise, small": ([z, w]) => convTranspose2d(z!, w!, { padding: 1, groups: 3 }),
    "depthwise, strided": ([z, w]) => convTranspose2d(z!, w!, { stride: 2, padding: 1, groups: 3, outputSize: [6, 5] }),
  },
  cos: { plain: ([x]) => ops.cos(x!) },
  detach: { plain: ([x]) => ops.detach(x!) },
  div: { plain: ([a, b]) => ops.div(a!, b!), broadcast: ([a, b]) => ops.div(a!, b!) },
  erf: { plain: ([x]) => ops.erf(x!) },
  exp: { plain: ([x]) => ops.exp(x!) },
  flip: { "two axes": ([x]) => ops.flip(x!, [0, 2]) },
  foldReflection: {
    "all sides": ([x]) => foldReflection(x!, { before: [0, 0, 1, 2], after: [0, 0, 3, 1] }),
    "whole image": ([x]) => foldReflection(x!, { before: [0, 0, 2, 2], after: [0, 0, 2, 2] }),
  },
  gather: {
    rows: ([x]) => ops.gather(x!, indices(x!, [2, 0, 2, 3, 2, 0], [2, 3])),
    columns: ([x]) => ops.gather(x!, indices(x!, [1, 1, 0]), -1),
    one: ([x]) => ops.gather(x!, indices(x!, [1], []), 1),
  },
  greater: { plain: ([a, b]) => ops.greater(a!, b!) },
  kinkSlope: { leaky: ([x]) => kinkSlope(x!, 0.2), dead: ([x]) => kinkSlope(x!, 0) },
  leakyRelu: { plain: ([x]) => ops.leakyRelu(x!, 0.2) },
  log: { plain: ([x]) => ops.log(x!) },
  matMul: { plain: ([a, b]) => ops.matMul(a!, b!), batched: ([a, b]) => ops.matMul(a!, b!) },
  max: {
    some: ([x]) => ops.max(x!, { axes: [0, 2] }),
    all: ([x]) => ops.max(x!),
    ties: ([x]) => ops.max(x!, { axes: [1], keepDims: true }),
  },
  maximum: {
    plain: ([a, b]) => ops.maximum(a!, b!),
    broadcast: ([a, b]) => ops.maximum(a!, b!),
    ties: ([a, b]) => ops.maximum(a!, b!),
  },
  maxPool2d: {
    two: ([x]) => ops.maxPool2d(x!),
    three: ([x]) => ops.maxPool2d(x!, 3),
    ties: ([x]) => ops.maxPool2d(x!),
    "three by two": ([x]) => ops.maxPool2d(x!, { kernel: 3, stride: 2, padding: 1 }),
    "dilated, beyond the border": ([x]) =>
      ops.maxPool2d(x!, { kernel: [3, 2], stride: [2, 1], padding: [1, 0, 1, 1], dilation: [1, 2] }),
    "with rest": ([x]) => ops.maxPool2d(x!, { kernel: 2 }),
    "overlapping ties": ([x]) => ops.maxPool2d(x!, { kernel: 2, stride: 1 }),
  },
  mean: { some: ([x]) => ops.mean(x!, { axes: [0, 2] }), all: ([x]) => ops.mean(x!) },
  minimum: { plain: ([a, b]) => ops.minimum(a!, b!), broadcast: ([a, b]) => ops.minimum(a!, b!) },
  mul: { plain: ([a, b]) => ops.mul(a!, b!), broadcast: ([a, b]) => ops.mul(a!, b!) },
  neg: { plain: ([x]) => ops.neg(x!) },
  normalize: {
    instance: (inputs) => normalize(...(inputs as V), { groups: 3, epsilon: 1e-5 }),
    group: (inputs) => normalize(...(inputs as V), { groups: 2, epsilon: 1e-5 }),
    batch: (inputs) => normalize(...(inputs as V), { groups: 0, epsilon: 1e-5 }),
    "batch about zero": (inputs) => normalize(...(inputs as V), { groups: 0, epsilon: 1e-5, aboutZero: true }),
    "group about zero": (inputs) => normalize(...(inputs as V), { groups: 2, epsilon: 1e-5, aboutZero: true }),
  },
  oneHot: {
    classes: ([x]) => ops.mul(x!, ops.oneHot(indices(x!, [2, 0, 1, 2, 3, -1], [2, 3]), { classes: 3 })),
    last: ([x]) => ops.mul(x!, ops.oneHot(indices(x!, [2, 0]), { classes: 3, axis: -1 })),
  },
  pickAtMaxima2d: {
    plain: ([v, x]) => pickAtMaxima2d(v!, x!, blocks),
    overlapping: ([v, x]) => pickAtMaxima2d(v!, x!, overlapping),
  },
  pow: { "square root of cube": ([x]) => ops.pow(x!, 1.5), cube: ([x]) => ops.pow(x!, 3) },
  putAtMaxima2d: {
    plain: ([z, x]) => putAtMaxima2d(z!, x!, blocks),
    overlapping: ([z, x]) => putAtMaxima2d(z!, x!, overlapping),
  },
  reflectPad: { "all sides": ([x]) => reflectPad(x!, { before: [0, 0, 1, 2], after: [0, 0, 3, 1] }) },
  relu: { plain: ([x]) => ops.relu(x!) },
  reshape: { plain: ([x]) => ops.reshape(x!, [3, -1]) },
  scaleShift: {
    "per image": (inputs) => ops.scaleShift(...(inputs as V)),
    "per channel": (inputs) => ops.scaleShift(...(inputs as V)),
  },
  scatterAdd: {
    rows: ([z]) => scatterAdd(z!, indices(z!, [2, 0, 2, 3, 2, 0], [2, 3]), { axis: 0, extent: 5 }),
    columns: ([z]) => scatterAdd(z!, indices(z!, [1, 1, 0]), { axis: 2, extent: 2 }),
  },
  sigmoid: { plain: ([x]) => ops.sigmoid(x!) },
  sign: { plain: ([x]) => ops.sign(x!) },
  silu: { plain: ([x]) => ops.silu(x!) },
  sin: { plain: ([x]) => ops.sin(x!) },
  slice: { block: ([x]) => ops.slice(x!, { starts: [1, 2], ends: [3, 4], axes: [0, 2] }) },
  softmax: {
    last: ([x]) => ops.softmax(x!),
    channels: ([x]) => ops.softmax(x!, 1),
    far: ([x]) => ops.softmax(x!),
  },
  softplus: { plain: ([x]) => ops.softplus(x!), far: ([x]) => ops.softplus(x!) },
  splitPart: { middle: ([x]) => ops.split(x!, { axis: 1, lengths: [1, 3, 2] })[1]! },
  sqrt: { plain: ([x]) => ops.sqrt(x!) },
  square: { plain: ([x]) => ops.square(x!) },
  standardize: {
    last: ([x]) => ops.layerNorm(x!),
    "first two": ([x]) => ops.layerNorm(x!, { axes: [0, 1], epsilon: 0.1 }),
  },
  sub: { plain: ([a, b]) => ops.sub(a!, b!), broadcast: ([a, b]) => ops.sub(a!, b!) },
  sum: { some: ([x]) => ops.sum(x!, { axes: [0, -2, -1] }), all: ([x]) => ops.sum(x!) },
  tanh: { plain: ([x]) => ops.tanh(x!) },
  transpose: { plain: ([x]) => ops.transpose(x!, [2, 0, 1]) },
  uniformNoise: {
    product: ([x]) => {
      const [seed, counter] = [x!.graph.constant(12345), x!.graph.constant(678)];
      return ops.mul(x!, ops.uniformNoise(x!.shape, { seed, counter, key: "sample" }));
    },
  },
  upsampleNearest2d: { two: ([x]) => ops.upsampleNearest2d(x!), three: ([x]) => ops.upsampleNearest2d(x!, 3) },
  where: { plain: ([condition, a, b]) => ops.where(condition!, a!, b!) },
  zeroPad: { plain: ([x]) => zeroPad(x!, { before: [0, 1], after: [3, 2] }) },
} as const satisfies Record<ops.OpName, Readonly<Record<string, Sample>>>;

/** Samples of functions that are made of operators. */
export const composed = {
  adaptiveAveragePool2d: ([x]) => ops.adaptiveAveragePool2d(x!, [3, 4]),
  "averagePool2d overlapping": ([x]) => ops.averagePool2d(x!, { kernel: 3, stride: 2, padding: 1 }),
  "averagePool2d without padding": ([x]) =>
    ops.averagePool2d(x!, { kernel: [3, 2], stride: [2, 1], padding: [1, 0], countPadding: false }),
  batchNorm: ([x, scale, offset]) => ops.batchNorm(x!, { scale, offset }).output,
  "batchNorm mean": ([x]) => ops.batchNorm(x!).mean,
  "batchNorm variance": ([x]) => ops.batchNorm(x!).variance,
  "batchNorm variance about zero": ([x]) => ops.batchNorm(x!, { aboutZero: true }).variance,
  celu: ([x]) => ops.celu(x!, 0.7),
  depthToSpace2d: ([x]) => ops.depthToSpace2d(x!, 2),
  elu: ([x]) => ops.elu(x!, 1.3),
  gelu: ([x]) => ops.gelu(x!),
  "gelu by tanh": ([x]) => ops.gelu(x!, { approximate: "tanh" }),
  globalAveragePool2d: ([x]) => ops.globalAveragePool2d(x!),
  groupNorm: ([x]) => ops.groupNorm(x!, { groups: 2 }),
  hardSigmoid: ([x]) => ops.hardSigmoid(x!),
  hardSwish: ([x]) => ops.hardSwish(x!),
  hardTanh: ([x]) => ops.hardTanh(x!),
  instanceNorm: ([x]) => ops.instanceNorm(x!),
  "instanceNorm far from zero": ([x]) => ops.instanceNorm(x!),
  layerNorm: ([x, scale, offset]) => ops.layerNorm(x!, { axes: [-2, -1], scale, offset }),
  logSoftmax: ([x]) => ops.logSoftmax(x!, 1),
  logSumExp: ([x]) => ops.logSumExp(x!, { axes: [0, 2] }),
  "logSumExp far": ([x]) => ops.logSumExp(x!),
  min: ([x]) => ops.min(x!, { axes: [1] }),
  mish: ([x]) => ops.mish(x!),
  "prelu per channel": ([x, slope]) => ops.prelu(x!, slope!),
  "prelu, one slope": ([x, slope]) => ops.prelu(x!, slope!),
  relu6: ([x]) => ops.relu6(x!),
  "resize2d bilinear": ([x]) => ops.resize2d(x!, { size: [3, 8], mode: "bilinear" }),
  "resize2d nearest": ([x]) => ops.resize2d(x!, { size: [7, 4], mode: "nearest" }),
  selu: ([x]) => ops.selu(x!),
  softsign: ([x]) => ops.softsign(x!),
  "split, changed and joined": ([x]) => {
    const [a, b, c] = ops.split(x!, { axis: 1, lengths: [1, 3, 2] }) as V;
    return ops.concat([ops.square(c), a, ops.mul(b, ops.sum(c))], 1);
  },
  spaceToDepth2d: ([x]) => ops.spaceToDepth2d(x!, 2),
  upsampleBilinear2d: ([x]) => ops.upsampleBilinear2d(x!),
  "upsampleBilinear2d by three": ([x]) => ops.upsampleBilinear2d(x!, 3),
} as const satisfies Readonly<Record<string, Sample>>;
