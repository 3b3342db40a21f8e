/** Operators that treat every number alone: they do not care how numbers lie, so the portable rule writes them on blocked arrays. */

import { sameShape, sizeOf } from "../../../core/shape.ts";
import { uniformConstant, type Value } from "../../graph.ts";
import type { OperatorNode } from "../emitter.ts";
import { affine, everywhere, perChannel, shifted } from "./affine.ts";
import type { Activation, Blocked, BlockedPen, Fusion, PerChannel } from "./pen.ts";
import type { BlockedRule } from "./rule.ts";

/** Rule of an operator on numbers of one, two or more arrays of one shape, or of single numbers beside them. */
export const elementwise: BlockedRule = ({ inputs, y }, pen, portable) => {
  const lead = inputs.find((input) => sameShape(input.shape, y.shape) && pen.layout(input));
  const shape = lead && pen.layout(lead)!.shape;
  if (!shape || !inputs.every((input) => sizeOf(input.shape) === 1 || sameShape(input.shape, y.shape)))
    return undefined;
  const name = (value: Value) => {
    if (sameShape(value.shape, y.shape)) return pen.blocked(value, shape).name;
    return pen.view(pen.name(value), value.shape, []);
  };
  return { name: portable({ ...pen, name }), shape };
};

/** An array beside one number per channel: how each of the four operations becomes `scale · x + shift`. */
type PerChannelRule = (pen: BlockedPen, x: Blocked, small: PerChannel) => Blocked | undefined;

/** Rule of an operation on two arrays, of which one may hold numbers per channel. */
function binary(right: PerChannelRule, left: PerChannelRule): BlockedRule {
  return (node, pen, portable) => {
    const [a, b] = node.inputs as [Value, Value];
    return (
      elementwise(node, pen, portable) ?? beside(pen, node, a, b, right) ?? beside(pen, node, b, a, left) ?? undefined
    );
  };
}

function beside(pen: BlockedPen, { y }: OperatorNode, x: Value, small: Value, rule: PerChannelRule) {
  const layout = sameShape(x.shape, y.shape) ? pen.layout(x) : undefined;
  const numbers = layout && perChannel(pen, { name: pen.name(small), shape: small.shape }, layout.shape, x.shape);
  return numbers && rule(pen, layout, numbers);
}

const changed = (pen: BlockedPen, opType: string, { name, images }: PerChannel): PerChannel => ({
  name: pen.node(opType, [name]),
  images,
});

const plus: PerChannelRule = shifted;
const times: PerChannelRule = (pen, x, scale) => affine(pen, x, { scale });

/** Addition; where one of the two comes straight from a convolution and serves nothing else, that node adds the other. */
export const add: BlockedRule = (node, pen, portable) => {
  const [a, b] = node.inputs as [Value, Value];
  return (
    fusedAddition(pen, node.y, a, b) ?? fusedAddition(pen, node.y, b, a) ?? binary(plus, plus)(node, pen, portable)
  );
};

function fusedAddition(pen: BlockedPen, y: Value, made: Value, other: Value): Blocked | undefined {
  const layout = sameShape(made.shape, y.shape) ? pen.layout(made) : undefined;
  if (!layout?.fused || pen.users(made)?.length !== 1 || made === other) return undefined;
  if (sameShape(other.shape, y.shape)) return layout.fused({ sum: pen.blocked(other, layout.shape).name });
  const numbers = perChannel(pen, { name: pen.name(other), shape: other.shape }, layout.shape, y.shape);
  return numbers?.images === 1 ? layout.fused({ shift: numbers.name }) : undefined;
}

/** Subtraction; from one number, as an affine function that can take on a sum. */
export const sub: BlockedRule = (node, pen, portable) => {
  const [a, b] = node.inputs as [Value, Value];
  const from = sameShape(b.shape, node.y.shape) ? uniformConstant(a) : undefined;
  const layout = from === undefined ? undefined : pen.layout(b);
  if (!layout) return difference(node, pen, portable);
  const [scale, shift] = [-1, from!].map((number) => everywhere(pen, number, layout.shape)) as [PerChannel, PerChannel];
  return affine(pen, layout, { scale, shift });
};

const difference = binary(
  (pen, x, small) => affine(pen, x, { shift: changed(pen, "Neg", small) }),
  (pen, x, shift) => (shift.images === 1 ? affine(pen, x, { scale: everywhere(pen, -1, x.shape), shift }) : undefined),
);

/** Multiplication. */
export const mul = binary(times, times);

/** Division; by numbers per channel as multiplication with their inverses. */
export const div = binary(
  (pen, x, small) => affine(pen, x, { scale: changed(pen, "Reciprocal", small) }),
  () => undefined,
);

/** `x · scale + shift` per channel. */
export const scaleShift: BlockedRule = ({ inputs: [x, ...numbers] }, pen) => {
  const layout = pen.layout(x!);
  if (!layout) return undefined;
  const [scale, shift] = numbers.map((small) =>
    perChannel(pen, { name: pen.name(small), shape: small.shape }, layout.shape, x!.shape),
  );
  return scale && shift && scale.images === shift.images ? affine(pen, layout, { scale, shift }) : undefined;
};

/** Rule of a function that convolutions know; fused where nothing else reads the straight value, but for its side of the kink. */
function bend(activation: (attributes: Readonly<Record<string, unknown>>) => Activation): BlockedRule {
  return (node, pen, portable) => {
    const straight = node.inputs[0]!;
    const onlyHere = pen.users(straight)?.every((user) => user === node.y || asksForSide(user, node.y));
    const fusion: Fusion = { activation: activation(node.attributes) };
    const fused = onlyHere ? pen.layout(straight)?.fused?.(fusion) : undefined;
    if (!fused) return elementwise(node, pen, portable);
    pen.replace(straight, node.y);
    return fused;
  };
}

/** Bending by relu and leakyRelu keeps the side of zero, so the slope there can be read from the bent value. */
function asksForSide({ source }: Value, bent: Value): boolean {
  const keepsSide = bent.source.kind === "operator" && ["relu", "leakyRelu"].includes(bent.source.op.name);
  return keepsSide && source.kind === "operator" && source.op.name === "kinkSlope";
}

/** Activations. */
export const relu = bend(() => ({ activation: "Relu" }));
export const leakyRelu = bend(({ slope }) => ({
  activation: "LeakyRelu",
  activation_params: { floats: [slope as number] },
}));
export const sigmoid = bend(() => ({ activation: "Sigmoid" }));
export const tanh = bend(() => ({ activation: "Tanh" }));

/** x · sigmoid(x) in one pass, also of plain arrays. */
export const silu: BlockedRule = ({ inputs: [x] }, pen) => {
  const layout = pen.layout(x!);
  const name = pen.node("QuickGelu", [layout?.name ?? pen.name(x!)], { alpha: { float: 1 } }, "com.microsoft");
  return layout ? { name, shape: layout.shape } : name;
};

/** Slope on this side of the kink: `clip(1e38 · x)` between slope and 1, in one pass. */
export const kinkSlope: BlockedRule<{ slope: number }> = ({ inputs: [x], attributes: { slope } }, pen) => {
  const layout = pen.layout(pen.replacement(x!) ?? x!);
  if (!layout) return undefined;
  const clip: Activation = { activation: "Clip", activation_params: { floats: [slope, 1] } };
  return affine(pen, layout, { scale: everywhere(pen, 1e38, layout.shape), activation: clip });
};
