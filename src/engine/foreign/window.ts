import { formatShape, type Shape } from "../../core/shape.ts";
import type { ForeignNode } from "./foreign-node.ts";

/** How a kernel goes over the last two axes; of a 1-D network the first of them is 1 throughout. */
export interface Window {
  readonly strides: Shape;
  readonly dilations: Shape;
  /** `[top, left, bottom, right]` */
  readonly pads: Shape;
  readonly autoPad: "NOTSET" | "VALID" | "SAME_UPPER" | "SAME_LOWER";
}

/** Reads strides, dilations and pads of a Conv or pooling node, with `auto_pad` worked out unless told otherwise. */
export function windowOf(
  node: ForeignNode,
  size: Shape,
  kernel: Shape,
  { resolvesAutoPad = true }: { readonly resolvesAutoPad?: boolean } = {},
): Window {
  const flat = node.shape(0).length === 3;
  const axes = flat ? 1 : 2;
  const read = (name: string, otherwise: number, count: number): readonly number[] => {
    const given = node.ints(name) ?? Array.from({ length: count }, () => otherwise);
    if (given.length === count && given.every((number) => number >= (otherwise === 0 ? 0 : 1))) return given;
    throw node.refusal(`${count} ${name}, none negative`, formatShape(given));
  };
  const given = node.ints("kernel_shape");
  const inNode = given && (flat ? [1, ...given] : given);
  if (inNode && (inNode.length !== 2 || inNode.some((extent, i) => extent !== kernel[i])))
    throw node.refusal(`a kernel ${formatShape(kernel)}`, formatShape(given));
  const strides = [...(flat ? [1] : []), ...read("strides", 1, axes)];
  const dilations = [...(flat ? [1] : []), ...read("dilations", 1, axes)];
  const autoPad = node.text("auto_pad", "NOTSET");
  if (autoPad !== "NOTSET" && autoPad !== "VALID" && autoPad !== "SAME_UPPER" && autoPad !== "SAME_LOWER")
    throw node.refusal("auto_pad NOTSET, VALID, SAME_UPPER or SAME_LOWER", autoPad);
  const explicit = read("pads", 0, 2 * axes);
  const pads = flat ? [0, explicit[0]!, 0, explicit[1]!] : explicit;
  if (autoPad === "NOTSET" || !resolvesAutoPad) return { strides, dilations, pads, autoPad };
  if (autoPad === "VALID") return { strides, dilations, pads: [0, 0, 0, 0], autoPad };
  const total = size.map((extent, i) => {
    const reach = (kernel[i]! - 1) * dilations[i]! + 1;
    return Math.max(0, (Math.ceil(extent / strides[i]!) - 1) * strides[i]! + reach - extent);
  });
  const less = total.map((width) => Math.floor(width / 2));
  const more = total.map((width, i) => width - less[i]!);
  return { strides, dilations, pads: autoPad === "SAME_UPPER" ? [...less, ...more] : [...more, ...less], autoPad };
}
