/** The table of operators, and the functions that build them. To add one: a file here and a line in each list below. */

import type { Op } from "../graph.ts";
import { absOp } from "./abs.ts";
import { addOp } from "./add.ts";
import { averagePool2dOp, upsampleNearest2dOp } from "./average-pool-2d.ts";
import { clampOp } from "./clamp.ts";
import { concatOp } from "./concat.ts";
import { conv2dOp, conv2dWeightGradientOp, convTranspose2dOp } from "./convolution.ts";
import { detachOp } from "./detach.ts";
import { divOp } from "./div.ts";
import { uniformNoiseOp } from "./dropout.ts";
import { erfOp } from "./erf.ts";
import { expOp } from "./exp.ts";
import { flipOp } from "./flip.ts";
import { gatherOp, scatterAddOp } from "./gather.ts";
import { greaterOp } from "./greater.ts";
import { standardizeOp } from "./layer-norm.ts";
import { kinkSlopeOp, leakyReluOp } from "./leaky-relu.ts";
import { logOp } from "./log.ts";
import { matMulOp } from "./mat-mul.ts";
import { maximumOp, maxOp, minimumOp } from "./max.ts";
import { maxPool2dOp, pickAtMaxima2dOp, putAtMaxima2dOp } from "./max-pool-2d.ts";
import { meanOp } from "./mean.ts";
import { mulOp } from "./mul.ts";
import { negOp } from "./neg.ts";
import { normalizeOp } from "./normalize.ts";
import { oneHotOp } from "./one-hot.ts";
import { powOp } from "./pow.ts";
import { foldReflectionOp, reflectPadOp } from "./reflect-pad.ts";
import { reluOp } from "./relu.ts";
import { reshapeOp } from "./reshape.ts";
import { scaleShiftOp } from "./scale-shift.ts";
import { sigmoidOp } from "./sigmoid.ts";
import { signOp } from "./sign.ts";
import { siluOp } from "./silu.ts";
import { sliceOp, zeroPadOp } from "./slice.ts";
import { softmaxOp } from "./softmax.ts";
import { softplusOp } from "./softplus.ts";
import { splitPartOp } from "./split.ts";
import { sqrtOp } from "./sqrt.ts";
import { squareOp } from "./square.ts";
import { subOp } from "./sub.ts";
import { broadcastToOp, sumOp } from "./sum.ts";
import { tanhOp } from "./tanh.ts";
import { transposeOp } from "./transpose.ts";
import { cosOp, sinOp } from "./trigonometry.ts";
import { whereOp } from "./where.ts";

export { abs } from "./abs.ts";
export {
  celu,
  elu,
  gelu,
  hardSigmoid,
  hardSwish,
  hardTanh,
  mish,
  prelu,
  relu6,
  selu,
  softsign,
} from "./activations.ts";
export { add } from "./add.ts";
export {
  type AveragePoolOptions,
  adaptiveAveragePool2d,
  averagePool2d,
  globalAveragePool2d,
  upsampleNearest2d,
} from "./average-pool-2d.ts";
export { batchNorm } from "./batch-norm.ts";
export { clamp } from "./clamp.ts";
export { concat } from "./concat.ts";
export { type Conv2dOptions, conv2d, conv2dWeightGradient, convTranspose2d } from "./convolution.ts";
export { detach } from "./detach.ts";
export { div } from "./div.ts";
export { dropout, type NoiseOptions, uniformNoise } from "./dropout.ts";
export { erf } from "./erf.ts";
export { exp } from "./exp.ts";
export { flip } from "./flip.ts";
export { gather, scatterAdd } from "./gather.ts";
export { greater } from "./greater.ts";
export { groupNorm } from "./group-norm.ts";
export { instanceNorm, type NormOptions } from "./instance-norm.ts";
export { layerNorm } from "./layer-norm.ts";
export { leakyRelu } from "./leaky-relu.ts";
export { log } from "./log.ts";
export { matMul } from "./mat-mul.ts";
export { max, maximum, min, minimum } from "./max.ts";
export { type MaxPoolOptions, maxPool2d } from "./max-pool-2d.ts";
export { mean } from "./mean.ts";
export { mul } from "./mul.ts";
export { neg } from "./neg.ts";
export { oneHot } from "./one-hot.ts";
export { type PadOptions, pad } from "./pad.ts";
export { depthToSpace2d, spaceToDepth2d } from "./pixel-shuffle-2d.ts";
export { pow } from "./pow.ts";
export { relu } from "./relu.ts";
export { reshape } from "./reshape.ts";
export { type ResizeOptions, resize2d, upsampleBilinear2d } from "./resize-2d.ts";
export { scaleShift } from "./scale-shift.ts";
export { separable2d, type Taps } from "./separable.ts";
export { sigmoid } from "./sigmoid.ts";
export { sign } from "./sign.ts";
export { silu } from "./silu.ts";
export { slice } from "./slice.ts";
export { logSoftmax, logSumExp, softmax } from "./softmax.ts";
export { softplus } from "./softplus.ts";
export { split } from "./split.ts";
export { sqrt } from "./sqrt.ts";
export { square } from "./square.ts";
export { sub } from "./sub.ts";
export { broadcastTo, type ReduceOptions, sum } from "./sum.ts";
export { tanh } from "./tanh.ts";
export { transpose } from "./transpose.ts";
export { cos, sin } from "./trigonometry.ts";
export { upsampledConv2d } from "./upsampled-conv-2d.ts";
export { where } from "./where.ts";

/** Every operator by name: what lowerings and tests iterate over. */
export const operators = {
  abs: absOp,
  add: addOp,
  averagePool2d: averagePool2dOp,
  broadcastTo: broadcastToOp,
  clamp: clampOp,
  concat: concatOp,
  conv2d: conv2dOp,
  conv2dWeightGradient: conv2dWeightGradientOp,
  convTranspose2d: convTranspose2dOp,
  cos: cosOp,
  detach: detachOp,
  div: divOp,
  erf: erfOp,
  exp: expOp,
  flip: flipOp,
  foldReflection: foldReflectionOp,
  gather: gatherOp,
  greater: greaterOp,
  kinkSlope: kinkSlopeOp,
  leakyRelu: leakyReluOp,
  log: logOp,
  matMul: matMulOp,
  max: maxOp,
  maximum: maximumOp,
  maxPool2d: maxPool2dOp,
  mean: meanOp,
  minimum: minimumOp,
  mul: mulOp,
  neg: negOp,
  normalize: normalizeOp,
  oneHot: oneHotOp,
  pickAtMaxima2d: pickAtMaxima2dOp,
  pow: powOp,
  putAtMaxima2d: putAtMaxima2dOp,
  reflectPad: reflectPadOp,
  relu: reluOp,
  reshape: reshapeOp,
  scaleShift: scaleShiftOp,
  scatterAdd: scatterAddOp,
  sigmoid: sigmoidOp,
  sign: signOp,
  silu: siluOp,
  sin: sinOp,
  slice: sliceOp,
  softmax: softmaxOp,
  softplus: softplusOp,
  splitPart: splitPartOp,
  sqrt: sqrtOp,
  square: squareOp,
  standardize: standardizeOp,
  sub: subOp,
  sum: sumOp,
  tanh: tanhOp,
  transpose: transposeOp,
  uniformNoise: uniformNoiseOp,
  upsampleNearest2d: upsampleNearest2dOp,
  where: whereOp,
  zeroPad: zeroPadOp,
} as const satisfies Record<string, Op>;

/** Name of an operator. */
export type OpName = keyof typeof operators;
