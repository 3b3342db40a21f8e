/** Maxima with their places, entries by number, and random numbers by place, in standard ONNX. */

import type { Shape } from "../../core/shape.ts";
import { isTiling, maxPool2dOp, type PoolWindow, putAtMaxima2d } from "../ops/max-pool-2d.ts";
import type { Emitter, OperatorNode } from "./emitter.ts";

/** `MaxPool` without places: with them the runtime takes 25 times as long, so only the gradients ask. */
export function lowerMaxPool2d({ inputs: [x], attributes }: OperatorNode<PoolWindow>, emit: Emitter): string {
  return emit.node("MaxPool", [emit.name(x!)], windowAttributes(attributes));
}

/** `Gather` from the flat array. */
export function lowerPickAtMaxima2d({ inputs: [v, x], attributes }: OperatorNode<PoolWindow>, emit: Emitter): string {
  return emit.node("Gather", [flat(emit.name(v!), emit), places(emit.name(x!), attributes, emit)], { axis: 0 });
}

/**
 * `MaxUnpool` where every pixel has one window; otherwise what several windows found at one place adds up. A window of k by k is searched as a column of
 * maxima of its rows, which takes 2k looks in place of k², and finds the same first one of equal maxima.
 */
export function lowerPutAtMaxima2d({ inputs: [z, x], attributes, y }: OperatorNode<PoolWindow>, emit: Emitter): string {
  const { kernel, strides } = attributes;
  if (isTiling(attributes, x!.shape)) {
    const found = places(emit.name(x!), attributes, emit);
    return emit.node("MaxUnpool", [emit.name(z!), found, emit.ints(y.shape)], { kernel_shape: kernel, strides });
  }
  if (kernel.every((extent) => extent > 1)) {
    const [along, down] = [alongAxis(attributes, 1), alongAxis(attributes, 0)];
    const ofRows = x!.graph.apply(maxPool2dOp, [x!], along);
    return emit.name(putAtMaxima2d(putAtMaxima2d(z!, ofRows, down), x!, along));
  }
  const zeros = flat(emit.node("ConstantOfShape", [emit.ints(y.shape)]), emit);
  const inputs = [zeros, flat(places(emit.name(x!), attributes, emit), emit), flat(emit.name(z!), emit)];
  const added = emit.node("ScatterElements", inputs, { axis: 0, reduction: "add" });
  return emit.node("Reshape", [added, emit.ints(y.shape)]);
}

/** What a window does along rows (0) or columns (1) alone. */
function alongAxis({ kernel, strides, pads, dilations }: PoolWindow, axis: 0 | 1): PoolWindow {
  const only = (numbers: readonly number[], otherwise: number) =>
    numbers.map((value, i) => (i % 2 === axis ? value : otherwise));
  return {
    kernel: only(kernel, 1),
    strides: only(strides, 1),
    pads: only(pads, 0),
    dilations: only(dilations, 1),
  } as PoolWindow;
}

/** Places of the maxima in the whole array. */
function places(x: string, window: PoolWindow, emit: Emitter): string {
  // The default, spelled out, tells this node from the one without places
  return emit.nodes("MaxPool", [x], { ...windowAttributes(window), storage_order: 0 }, 2)[1]!;
}

function windowAttributes({ kernel, strides, pads, dilations }: PoolWindow) {
  return { kernel_shape: kernel, strides, pads, dilations };
}

function flat(name: string, emit: Emitter): string {
  return emit.node("Reshape", [name, emit.ints([-1])]);
}

/** `ScatterND` over whole rows, with the axis brought to the front. */
export function lowerScatterAdd(
  { inputs: [z, indices], attributes: { axis, extent }, y }: OperatorNode<{ axis: number; extent: number }>,
  emit: Emitter,
): string {
  const several = indices!.shape.length;
  const axes = z!.shape.map((_, i) => i);
  const inFront = [...axes.slice(axis, axis + several), ...axes.slice(0, axis), ...axes.slice(axis + several)];
  const rest = y.shape.filter((_, i) => i !== axis);
  const rows = emit.node("Unsqueeze", [emit.node("Cast", [emit.name(indices!)], { to: INT64 }), emit.ints([-1])]);
  const zeros = emit.node("ConstantOfShape", [emit.ints([extent, ...rest])]);
  const added = emit.node("ScatterND", [zeros, rows, moved(emit.name(z!), inFront, emit)], { reduction: "add" });
  const back = y.shape.map((_, i) => (i === axis ? 0 : i < axis ? i + 1 : i));
  return moved(added, back, emit);
}

function moved(name: string, perm: readonly number[], emit: Emitter): string {
  return perm.every((from, to) => from === to) ? name : emit.node("Transpose", [name], { perm });
}

/** `Equal` with 0, 1, 2 … along the new axis. */
export function lowerOneHot(
  { inputs: [indices], attributes: { classes, axis }, y }: OperatorNode<{ classes: number; axis: number }>,
  emit: Emitter,
): string {
  const wanted = emit.node("Unsqueeze", [emit.node("Cast", [emit.name(indices!)], { to: INT64 }), emit.ints([axis])]);
  const column = y.shape.slice(axis).map((_, i) => (i === 0 ? classes : 1));
  const numbers = emit.node("Reshape", [emit.ints(Array.from({ length: classes }, (_, i) => i)), emit.ints(column)]);
  return emit.node("Cast", [emit.node("Equal", [wanted, numbers])], { to: FLOAT });
}

/**
 * The hash "lowbias32" of each place plus a first key, with a second key added half-way; keys are hashes of seed, counter and name. All
 * in unsigned integers of 32 bits, which wrap around; or of 64, cut to 32 after each sum and product, for providers that have half of the
 * operators in 32 bits and would send the array to and fro.
 */
export function lowerUniformNoise(
  { inputs: [seed, counter], attributes: { shape, key } }: OperatorNode<{ shape: Shape; key: number }>,
  emit: Emitter,
  bitsPerInteger: 32 | 64 = 32,
): string {
  const isWide = bitsPerInteger === 64;
  const unsigned = (name: string) => emit.node("Cast", [name], { to: isWide ? UINT64 : UINT32 });
  const cut = (name: string) => (isWide ? emit.node("BitwiseAnd", [name, number(2 ** 32 - 1)]) : name);
  const number = (value: number) => unsigned(emit.ints([value]));
  const scalar = (value: number) => emit.node("Squeeze", [emit.ints([value])]);
  const add = (a: string, b: string) => cut(emit.node("Add", [a, b]));
  const times = (a: string, factor: number) => cut(emit.node("Mul", [a, number(factor)]));
  const shifted = (a: string, bits: number) => emit.node("BitShift", [a, number(bits)], { direction: "RIGHT" });
  const mixed = (a: string, bits: number) => emit.node("BitwiseXor", [a, shifted(a, bits)]);
  const hash = (a: string, halfway?: string) => {
    const first = times(mixed(a, 16), 0x7feb352d);
    return mixed(times(mixed(halfway === undefined ? first : add(first, halfway), 15), 0x846ca68b), 16);
  };

  const fromSeed = hash(unsigned(emit.name(seed!)));
  const key1 = hash(add(hash(add(fromSeed, unsigned(emit.name(counter!)))), number(key)));
  const key2 = hash(add(key1, number(0x9e3779b9)));
  const size = shape.reduce((product, extent) => product * extent, 1);
  const place = unsigned(emit.node("Range", [scalar(0), scalar(size), scalar(1)]));
  const bits = shifted(hash(add(place, key1), key2), 8); // 24 bits: what float32 holds
  const uniform = emit.node("Mul", [emit.node("Cast", [bits], { to: FLOAT }), emit.floats([2 ** -24])]);
  return emit.node("Reshape", [uniform, emit.ints(shape)]);
}

/** Codes of number kinds in the ONNX standard. */
const [FLOAT, INT64, UINT32, UINT64] = [1, 7, 12, 13];
