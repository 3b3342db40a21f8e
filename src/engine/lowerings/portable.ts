/** Rules to standard ONNX operators only (opset 20): runs on every provider and in the browser, and is what exported models are made of. */

import { sizeOf } from "../../core/shape.ts";
import type { OnnxModel } from "../../onnx/model.ts";
import type { Attributes, Graph, Value } from "../graph.ts";
import type { operators } from "../ops/index.ts";
import { expandStandardize } from "../ops/layer-norm.ts";
import { expandNormalize } from "../ops/normalize.ts";
import { sigmoid } from "../ops/sigmoid.ts";
import {
  type Emitter,
  emitModel,
  type LoweringOptions,
  type LoweringRule,
  type LoweringTable,
  type OperatorNode,
} from "./emitter.ts";
import { expandFoldReflection } from "./fold-reflection.ts";
import { lowerConv2d, lowerConv2dWeightGradient, lowerConvTranspose2d } from "./portable-convolution.ts";
import {
  lowerMaxPool2d,
  lowerOneHot,
  lowerPickAtMaxima2d,
  lowerPutAtMaxima2d,
  lowerScatterAdd,
  lowerUniformNoise,
} from "./portable-indexing.ts";

/** Standard ONNX for the outputs and all they need; see {@link LoweringOptions}. */
export function portable(
  graph: Graph,
  outputs: Readonly<Record<string, Value>>,
  options: LoweringOptions = {},
): OnnxModel {
  return emitModel(graph, outputs, portableRules as Readonly<Record<string, LoweringRule>>, options);
}

/** The rules, for lowerings that replace some of them. */
export const portableRules: LoweringTable<typeof operators> = {
  abs: same("Abs"),
  add: arithmetic("Add"),
  averagePool2d: ({ inputs: [x], attributes: { factor } }, emit) =>
    emit.node("AveragePool", [emit.name(x!)], { kernel_shape: [factor, factor], strides: [factor, factor] }),
  broadcastTo: ({ inputs: [x], attributes: { shape } }, emit) => emit.node("Expand", [emit.name(x!), emit.ints(shape)]),
  clamp: ({ inputs: [x], attributes: { min, max } }, emit) => {
    const bound = (text: string) => (Number.isFinite(Number(text)) ? emit.floats([Number(text)]) : "");
    return emit.node("Clip", [emit.name(x!), bound(min), bound(max)]);
  },
  concat: ({ inputs, attributes: { axis } }, emit) => emit.node("Concat", inputs.map(emit.name), { axis }),
  conv2d: lowerConv2d,
  conv2dWeightGradient: lowerConv2dWeightGradient,
  convTranspose2d: lowerConvTranspose2d,
  cos: same("Cos"),
  detach: ({ inputs: [x] }, emit) => emit.name(x!),
  div: arithmetic("Div"),
  erf: same("Erf"),
  exp: same("Exp"),
  flip: ({ inputs: [x], attributes: { axes } }, emit) => {
    const all = (number: number) => emit.ints(axes.map(() => number));
    // Backwards from the last to before the first; the smallest int32 stands for "before the first".
    return emit.node("Slice", [emit.name(x!), all(-1), all(-(2 ** 31)), emit.ints(axes), all(-1)]);
  },
  foldReflection: ({ inputs: [x], attributes }, emit) => emit.name(expandFoldReflection(x!, attributes)),
  gather: ({ inputs: [x, indices], attributes: { axis } }, emit) =>
    emit.node("Gather", [emit.name(x!), emit.name(indices!)], { axis }),
  greater: (node, emit) => emit.node("Cast", [same("Greater")(node, emit)], { to: 1 }),
  kinkSlope: ({ inputs: [x], attributes: { slope } }, emit) =>
    clip(emit.node("Mul", [emit.name(x!), emit.floats([HUGE])]), slope, 1, emit),
  leakyRelu: ({ inputs: [x], attributes: { slope } }, emit) =>
    emit.node("LeakyRelu", [emit.name(x!)], { alpha: { float: slope } }),
  log: same("Log"),
  matMul: same("MatMul"),
  max: reduce("ReduceMax"),
  maximum: same("Max"),
  maxPool2d: lowerMaxPool2d,
  mean: reduce("ReduceMean"),
  minimum: same("Min"),
  mul: arithmetic("Mul"),
  neg: same("Neg"),
  normalize: ({ inputs, attributes }, emit) => emit.name(expandNormalize(inputs, attributes)),
  oneHot: lowerOneHot,
  pickAtMaxima2d: lowerPickAtMaxima2d,
  pow: ({ inputs: [x], attributes: { exponent } }, emit) => emit.node("Pow", [emit.name(x!), emit.floats([exponent])]),
  putAtMaxima2d: lowerPutAtMaxima2d,
  reflectPad: ({ inputs: [x], attributes: { before, after } }, emit) =>
    emit.node("Pad", [emit.name(x!), emit.ints([...before, ...after])], { mode: "reflect" }),
  relu: same("Relu"),
  reshape: ({ inputs: [x], attributes: { shape } }, emit) => emit.node("Reshape", [emit.name(x!), emit.ints(shape)]),
  scaleShift: ({ inputs: [x, scale, shift] }, emit) => {
    const scaled = emit.node("Mul", [emit.name(x!), emit.name(scale!)]);
    return emit.node("Add", [scaled, emit.name(shift!)]);
  },
  scatterAdd: lowerScatterAdd,
  sigmoid: same("Sigmoid"),
  sign: ({ inputs: [x] }, emit) => clip(emit.node("Mul", [emit.name(x!), emit.floats([HUGE])]), -1, 1, emit),
  silu: ({ inputs: [x] }, emit) => emit.node("Mul", [emit.name(x!), emit.name(sigmoid(x!))]),
  sin: same("Sin"),
  slice: ({ inputs: [x], attributes: { starts, ends } }, emit) => {
    const cut = x!.shape.flatMap((extent, axis) => (starts[axis] !== 0 || ends[axis] !== extent ? [axis] : []));
    const of = (numbers: readonly number[]) => emit.ints(cut.map((axis) => numbers[axis]!));
    return emit.node("Slice", [emit.name(x!), of(starts), of(ends), emit.ints(cut)]);
  },
  softmax: ({ inputs: [x], attributes: { axis } }, emit) => emit.node("Softmax", [emit.name(x!)], { axis }),
  softplus: ({ inputs: [x] }, emit) => {
    // relu(x) + log(1 + exp(−|x|)): the Softplus kernel takes four times as long
    const decay = emit.node("Exp", [emit.node("Neg", [emit.node("Abs", [emit.name(x!)])])]);
    const tail = emit.node("Log", [emit.node("Add", [decay, emit.floats([1])])]);
    return emit.node("Add", [emit.node("Relu", [emit.name(x!)]), tail]);
  },
  splitPart: ({ inputs: [x], attributes: { axis, lengths, part } }, emit) =>
    emit.nodes("Split", [emit.name(x!), emit.ints(lengths)], { axis }, lengths.length)[part]!,
  sqrt: same("Sqrt"),
  square: ({ inputs: [x] }, emit) => emit.node("Mul", [emit.name(x!), emit.name(x!)]),
  standardize: ({ inputs: [x], attributes }, emit) => emit.name(expandStandardize(x!, attributes)),
  sub: arithmetic("Sub"),
  sum: reduce("ReduceSum"),
  tanh: same("Tanh"),
  transpose: ({ inputs: [x], attributes: { permutation } }, emit) =>
    emit.node("Transpose", [emit.name(x!)], { perm: permutation }),
  uniformNoise: (node, emit) => lowerUniformNoise(node, emit),
  upsampleNearest2d: ({ inputs: [x], attributes: { factor } }, emit) =>
    emit.node("Resize", [emit.name(x!), "", emit.floats([1, 1, factor, factor], [4])], {
      mode: "nearest",
      coordinate_transformation_mode: "asymmetric",
      nearest_mode: "floor",
    }),
  where: ({ inputs: [condition, a, b] }, emit) =>
    emit.node("Where", [truth(condition!, emit), emit.name(a!), emit.name(b!)]),
  zeroPad: ({ inputs: [x], attributes: { before, after } }, emit) =>
    emit.node("Pad", [emit.name(x!), emit.ints([...before, ...after])]),
};

/**
 * Turns numbers above 1 / HUGE into something above 1: clipped, a sign. Two plain passes; `Sign` and `Where` are two to six times slower
 * (docs/engine.md). Only numbers below 1e-38, which float32 can hardly tell from zero, come out between.
 */
const HUGE = 1e38;

function clip(x: string, min: number, max: number, emit: Emitter): string {
  return emit.node("Clip", [x, emit.floats([min]), emit.floats([max])]);
}

function reduce(opType: string): (node: OperatorNode<{ axes: readonly number[] }>, emit: Emitter) => string {
  return ({ inputs: [x], attributes: { axes } }, emit) =>
    emit.node(opType, [emit.name(x!), emit.ints(axes)], { keepdims: 1 });
}

/** Rule of an operator that ONNX has under another name. */
function same(opType: string): (node: OperatorNode<Attributes>, emit: Emitter) => string {
  return ({ inputs }, emit) => emit.node(opType, inputs.map(emit.name));
}

/** From this many numbers on, another node costs less than going through an array number by number. */
const MANY_NUMBERS = 512;

/**
 * Rule of arithmetic. A single number beside an array that ends in extents of 1, such as filters of one pixel, gets as many axes: the runtime goes
 * through such an array number by number otherwise, thirty times slower.
 */
function arithmetic(opType: string): (node: OperatorNode<Attributes>, emit: Emitter) => string {
  return ({ inputs, y: { shape } }, emit) => {
    const isSlow = shape.at(-1) === 1 && sizeOf(shape) >= MANY_NUMBERS;
    const operand = (value: Value) =>
      isSlow && value.shape.length === 0
        ? emit.node("Reshape", [emit.name(value), emit.ints(shape.map(() => 1))])
        : emit.name(value);
    return emit.node(opType, inputs.map(operand));
  };
}

/** ONNX boolean of a 0/1 value: a comparison's own result where it is one. */
function truth(condition: Value, emit: Emitter): string {
  const { source } = condition;
  if (source.kind === "operator" && source.op.name === "greater")
    return emit.node("Greater", source.inputs.map(emit.name));
  return emit.node("Cast", [emit.name(condition)], { to: 9 });
}
