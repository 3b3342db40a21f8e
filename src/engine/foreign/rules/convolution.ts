import { formatShape, type Shape } from "../../../core/shape.ts";
import { add, conv2d, convTranspose2d, reshape } from "../../ops/index.ts";
import type { ForeignNode, ForeignRule } from "../foreign-node.ts";
import { imageValue, likeInput } from "../image-value.ts";
import { windowOf } from "../window.ts";

/** Convolutions over one or two axes. */
export const convolutionRules: Readonly<Record<string, ForeignRule>> = {
  Conv(node) {
    const x = imageValue(node, node.value(0));
    const w = imageValue(node, node.weight(1));
    const { strides, pads, dilations } = windowOf(node, x.shape.slice(2), w.shape.slice(2));
    return likeInput(
      node,
      conv2d(x, w, {
        stride: strides,
        padding: pads,
        dilation: dilations,
        groups: groupsOf(node),
        bias: node.has(2) ? node.weight(2) : undefined,
      }),
    );
  },
  ConvTranspose(node) {
    const z = imageValue(node, node.value(0));
    const w = imageValue(node, node.weight(1));
    const { strides, pads, dilations, size } = transposedWindow(node, z.shape.slice(2), w.shape.slice(2));
    const y = convTranspose2d(z, w, {
      stride: strides,
      padding: pads,
      dilation: dilations,
      groups: groupsOf(node),
      outputSize: size,
    });
    return likeInput(node, node.has(2) ? add(y, reshape(node.weight(2), [1, -1, 1, 1])) : y);
  },
};

function groupsOf(node: ForeignNode): number {
  const groups = node.int("group", 1);
  if (groups >= 1) return groups;
  throw node.refusal("1 or more groups", `${groups}`);
}

/** Geometry of the convolution whose gradient a ConvTranspose is, and the size that comes out. */
function transposedWindow(
  node: ForeignNode,
  size: Shape,
  kernel: Shape,
): { strides: Shape; pads: Shape; dilations: Shape; size: Shape } {
  const flat = node.shape(0).length === 3;
  const both = (name: string, first: number): Shape | undefined => {
    const given = node.ints(name);
    if (given && (given.length !== (flat ? 1 : 2) || given.some((number) => number < 0)))
      throw node.refusal(`${name} for ${flat ? "one axis" : "two axes"}`, formatShape(given));
    return given && (flat ? [first, ...given] : given);
  };
  const extra = both("output_padding", 0) ?? [0, 0];
  const target = both("output_shape", 1);
  const { strides, dilations, pads, autoPad } = windowOf(node, size, kernel, { resolvesAutoPad: false });
  const whole = size.map((extent, i) => strides[i]! * (extent - 1) + extra[i]! + (kernel[i]! - 1) * dilations[i]! + 1);
  if (autoPad === "NOTSET" && !target)
    return { strides, dilations, pads, size: whole.map((extent, i) => extent - pads[i]! - pads[i + 2]!) };
  const result = target ?? size.map((extent, i) => (autoPad === "VALID" ? whole[i]! : extent * strides[i]!));
  const total = whole.map((extent, i) => extent - result[i]!);
  if (total.some((width) => width < 0))
    throw node.refusal(`an output_shape up to ${formatShape(whole)}`, formatShape(result));
  const less = total.map((width) => Math.floor(width / 2));
  const more = total.map((width, i) => width - less[i]!);
  return { strides, dilations, size: result, pads: autoPad === "SAME_UPPER" ? [...less, ...more] : [...more, ...less] };
}
