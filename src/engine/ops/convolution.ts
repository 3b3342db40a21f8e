/**
 * The three faces of convolution, in one file because each is the gradient of the others.
 *
 * With x `[N, C, H, W]`, w `[K, C/groups, kh, kw]` and z `[N, K, Ho, Wo]`, the number
 * `⟨conv2d(x, w), z⟩ = ⟨x, convTranspose2d(z, w)⟩ = ⟨w, conv2dWeightGradient(x, z)⟩` is linear in each of x, w and z. Whatever is
 * differentiated however often, only these three ever come out.
 */

import { ShapeError } from "../../core/errors.ts";
import { formatShape, type Shape, sameShape } from "../../core/shape.ts";
import type { Op, Value } from "../graph.ts";
import { sum } from "./sum.ts";
import { outputSize, type Window, type WindowOptions, windowOf } from "./window.ts";

/** Geometry of a convolution over the last two axes; its padding is zeros. */
export interface Conv2dOptions extends WindowOptions {
  /** Channels are split into this many independent groups. */
  readonly groups?: number;
}

/** The same, spelled out. */
export type ConvGeometry = Window & { groups: number };

/**
 * Convolution (as in deep learning: correlation) of x `[N, C, H, W]` with w `[K, C/groups, kh, kw]`, plus a bias `[K]` if given.
 *
 * @returns `[N, K, Ho, Wo]` with `Ho = ⌊(H + top + bottom − dilation·(kh − 1) − 1) / stride⌋ + 1`
 * @throws {@link ShapeError} when channels do not match or the kernel is larger than the padded image
 */
export function conv2d(
  x: Value,
  w: Value,
  { bias, ...options }: Conv2dOptions & { readonly bias?: Value | undefined } = {},
): Value {
  return x.graph.apply(conv2dOp, bias ? [x, w, bias] : [x, w], geometry(options));
}

/**
 * Transposed convolution: the gradient of {@link conv2d} by its image. Takes z `[N, K, Ho, Wo]` and the same w `[K, C/groups, kh, kw]`.
 *
 * @param options.outputSize `[H, W]` of the result; the smallest that `conv2d` maps to `[Ho, Wo]` unless given
 * @returns `[N, C, H, W]`
 */
export function convTranspose2d(
  z: Value,
  w: Value,
  { outputSize, ...options }: Conv2dOptions & { readonly outputSize?: Shape } = {},
): Value {
  const { strides, pads, dilations, groups } = geometry(options);
  const smallest = [0, 1].map(
    (i) => (z.shape[i + 2]! - 1) * strides[i]! + dilations[i]! * (w.shape[i + 2]! - 1) + 1 - pads[i]! - pads[i + 2]!,
  );
  return z.graph.apply(convTranspose2dOp, [z, w], { strides, pads, dilations, groups, size: outputSize ?? smallest });
}

/** Gradient of {@link conv2d} by its weight: x `[N, C, H, W]` and dy `[N, K, Ho, Wo]` give `[K, C/groups, kh, kw]`. */
export function conv2dWeightGradient(
  x: Value,
  dy: Value,
  { kernel, ...options }: Conv2dOptions & { /** `[kh, kw]` */ readonly kernel: Shape },
): Value {
  return x.graph.apply(conv2dWeightGradientOp, [x, dy], { ...geometry(options), kernel });
}

/** See {@link conv2d}. */
export const conv2dOp: Op<ConvGeometry> = {
  name: "conv2d",
  infer: ([x, w, bias], { groups, ...rest }) => {
    const [channels, perGroup] = [x!.shape[1]!, w!.shape[1]!];
    if (x!.shape.length !== 4 || w!.shape.length !== 4 || channels !== perGroup * groups || w!.shape[0]! % groups !== 0)
      throw new ShapeError({
        where: "conv2d",
        expected: `${perGroup * groups} input channels (weight ${formatShape(w!.shape)}, ${groups} groups)`,
        received: `${channels} (x ${formatShape(x!.shape)})`,
      });
    if (bias && !sameShape(bias.shape, [w!.shape[0]!]))
      throw new ShapeError({ where: "conv2d", expected: `a bias [${w!.shape[0]}]`, received: formatShape(bias.shape) });
    const size = outputSize("conv2d", x!.shape.slice(2), w!.shape.slice(2), rest);
    return { shape: [x!.shape[0]!, w!.shape[0]!, ...size], dataType: x!.dataType };
  },
  gradient: ({ inputs: [x, w], attributes, dy }) => [
    () => convTranspose2d(dy, w!, { ...optionsOf(attributes), outputSize: x!.shape.slice(2) }),
    () => conv2dWeightGradient(x!, dy, { ...optionsOf(attributes), kernel: w!.shape.slice(2) }),
    () => sum(dy, { axes: [0, 2, 3] }),
  ],
};

/** See {@link convTranspose2d}. */
export const convTranspose2dOp: Op<ConvGeometry & { size: Shape }> = {
  name: "convTranspose2d",
  infer: ([z, w], { size, ...rest }) => {
    const fits = outputSize("convTranspose2d", size, w!.shape.slice(2), rest);
    if (z!.shape.length !== 4 || z!.shape[1] !== w!.shape[0] || !sameShape(fits, z!.shape.slice(2)))
      throw new ShapeError({
        where: "convTranspose2d",
        expected: `[N, ${w!.shape[0]}, ${fits.join(", ")}] (weight ${formatShape(w!.shape)}, result ${formatShape(size)})`,
        received: formatShape(z!.shape),
      });
    return { shape: [z!.shape[0]!, w!.shape[1]! * rest.groups, ...size], dataType: z!.dataType };
  },
  gradient: ({ inputs: [z, w], attributes, dy }) => [
    () => conv2d(dy, w!, optionsOf(attributes)),
    () => conv2dWeightGradient(dy, z!, { ...optionsOf(attributes), kernel: w!.shape.slice(2) }),
  ],
};

/** See {@link conv2dWeightGradient}. */
export const conv2dWeightGradientOp: Op<ConvGeometry & { kernel: Shape }> = {
  name: "conv2dWeightGradient",
  infer: ([x, dy], { kernel, ...rest }) => {
    const fits = outputSize("conv2dWeightGradient", x!.shape.slice(2), kernel, rest);
    if (x!.shape[0] !== dy!.shape[0] || !sameShape(fits, dy!.shape.slice(2)) || x!.shape[1]! % rest.groups !== 0)
      throw new ShapeError({
        where: "conv2dWeightGradient",
        expected: `[${x!.shape[0]}, K, ${fits.join(", ")}]`,
        received: formatShape(dy!.shape),
      });
    return { shape: [dy!.shape[1]!, x!.shape[1]! / rest.groups, ...kernel], dataType: x!.dataType };
  },
  gradient: ({ inputs: [x, z], attributes, dy }) => [
    () => convTranspose2d(z!, dy, { ...optionsOf(attributes), outputSize: x!.shape.slice(2) }),
    () => conv2d(x!, dy, optionsOf(attributes)),
  ],
};

function geometry({ groups = 1, ...options }: Conv2dOptions): ConvGeometry {
  return { ...windowOf(options), groups };
}

function optionsOf({ strides, pads, dilations, groups }: ConvGeometry): Conv2dOptions {
  return { stride: strides, padding: pads, dilation: dilations, groups };
}
