import { formatShape, type Shape } from "../../../core/shape.ts";
import type { Value } from "../../graph.ts";
import { averagePool2d, max, maxPool2d, mean } from "../../ops/index.ts";
import { separable2d, type Taps } from "../../ops/separable.ts";
import type { ForeignNode, ForeignRule } from "../foreign-node.ts";
import { requireModestSize } from "../host-array.ts";
import { imageValue, likeInput } from "../image-value.ts";
import { type Window, windowOf } from "../window.ts";

/** Poolings. */
export const poolingRules: Readonly<Record<string, ForeignRule>> = {
  AveragePool: averagePool,
  GlobalAveragePool: (node) => mean(node.value(0), { axes: spatialAxes(node), keepDims: true }),
  GlobalMaxPool: (node) => max(node.value(0), { axes: spatialAxes(node), keepDims: true }),
  MaxPool(node) {
    if (node.resultCount > 1) throw node.refusal("maxima alone", "their places too", "Export without MaxUnpool.");
    const x = imageValue(node, node.value(0));
    const { kernel, size, strides, dilations, pads } = poolOf(node, x.shape.slice(2));
    // What rounding up or down leaves of the padding at the end
    const ends = size.map((count, i) => {
      const reach = (kernel[i]! - 1) * dilations[i]! + 1;
      return Math.max(0, (count - 1) * strides[i]! + reach - x.shape[i + 2]! - pads[i]!);
    });
    const padding = [...pads.slice(0, 2), ...ends];
    return likeInput(node, maxPool2d(x, { kernel, stride: strides, dilation: dilations, padding }));
  },
};

function spatialAxes(node: ForeignNode): number[] {
  return node.shape(0).flatMap((_, axis) => (axis < 2 ? [] : [axis]));
}

/** Kernel, geometry and number of windows along both axes. */
function poolOf(node: ForeignNode, from: Shape): Window & { readonly kernel: Shape; readonly size: Shape } {
  const given = node.ints("kernel_shape") ?? [];
  const kernel = node.shape(0).length === 3 ? [1, ...given] : given;
  if (kernel.length !== 2 || kernel.some((extent) => extent < 1))
    throw node.refusal("a kernel_shape with an extent for each axis", formatShape(given));
  const window = windowOf(node, from, kernel);
  const { strides, pads, dilations } = window;
  const roundsUp = node.int("ceil_mode", 0) !== 0;
  const size = from.map((extent, i) => {
    const room = extent + pads[i]! + pads[i + 2]! - (kernel[i]! - 1) * dilations[i]! - 1;
    if (room < 0) throw node.refusal(`an image as large as the kernel ${formatShape(kernel)}`, formatShape(from));
    if (!roundsUp) return Math.floor(room / strides[i]!) + 1;
    const count = Math.ceil(room / strides[i]!) + 1;
    return (count - 1) * strides[i]! >= extent + pads[i]! ? count - 1 : count; // none begins in the padding at the end
  });
  return { ...window, kernel, size };
}

function averagePool(node: ForeignNode): Value {
  const x = imageValue(node, node.value(0));
  const from = x.shape.slice(2);
  const { kernel, size, strides, dilations, pads } = poolOf(node, from);
  const countPadding = node.int("count_include_pad", 0) !== 0;
  for (const axis of [0, 1]) requireModestSize([size[axis]!, from[axis]! + kernel[axis]!], node.where);
  if (node.int("ceil_mode", 0) === 0 && dilations.every((step) => step === 1))
    return likeInput(node, averagePool2d(x, { kernel, stride: strides, padding: pads, countPadding }));
  // Windows with gaps, or beyond the padding, of which only the padding counts
  const along = (axis: 0 | 1): Taps => {
    const [extent, end] = [from[axis]!, from[axis]! + pads[axis + 2]!];
    return (output) => {
      const start = output * strides[axis]! - pads[axis]!;
      const places = Array.from({ length: kernel[axis]! }, (_, tap) => start + tap * dilations[axis]!);
      const inside = places.filter((place) => place >= 0 && place < extent);
      const counted = countPadding ? places.filter((place) => place < end) : inside;
      return inside.map((place) => [place, 1 / counted.length]);
    };
  };
  return likeInput(node, separable2d(x, size, [along(0), along(1)]));
}
