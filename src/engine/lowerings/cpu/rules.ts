/** The table of blocked rules. An operator without one is written as `portable` does, from plain arrays. */

import type { operators } from "../../ops/index.ts";
import {
  averagePool2d,
  concat,
  detach,
  flip,
  reflectPad,
  reshape,
  slice,
  splitPart,
  upsampleNearest2d,
  zeroPad,
} from "./arrangement.ts";
import { conv2d, convTranspose2d } from "./convolution.ts";
import {
  add,
  div,
  elementwise,
  kinkSlope,
  leakyRelu,
  mul,
  relu,
  scaleShift,
  sigmoid,
  silu,
  sub,
  tanh,
} from "./elementwise.ts";
import { foldReflection } from "./fold-reflection.ts";
import { maxPool2d, putAtMaxima2d } from "./max-pool.ts";
import { normalize } from "./normalize.ts";
import { reduction } from "./reduction.ts";
import type { BlockedTable } from "./rule.ts";
import { transpose } from "./transpose.ts";
import { conv2dWeightGradient } from "./weight-gradient.ts";

export const blockedRules: BlockedTable<typeof operators> = {
  abs: elementwise,
  add,
  averagePool2d,
  clamp: elementwise,
  concat,
  conv2d,
  conv2dWeightGradient,
  convTranspose2d,
  cos: elementwise,
  detach,
  div,
  erf: elementwise,
  exp: elementwise,
  flip,
  foldReflection,
  greater: elementwise,
  kinkSlope,
  leakyRelu,
  log: elementwise,
  maximum: elementwise,
  maxPool2d,
  mean: reduction("ReduceMean"),
  minimum: elementwise,
  mul,
  neg: elementwise,
  normalize,
  pow: elementwise,
  putAtMaxima2d,
  reflectPad,
  relu,
  reshape,
  scaleShift,
  sigmoid,
  sign: elementwise,
  silu,
  sin: elementwise,
  slice,
  softplus: elementwise,
  splitPart,
  sqrt: elementwise,
  square: elementwise,
  sub,
  sum: reduction("ReduceSum"),
  tanh,
  transpose,
  upsampleNearest2d,
  zeroPad,
};
