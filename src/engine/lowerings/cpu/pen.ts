/**
 * The layout pass: which values lie blocked, and how one comes from one layout to the other.
 *
 * In the blocked layout NCHWc of onnxruntime the numbers of `b` neighbouring channels lie beside each other: `[N, C/b, H, W, b]` in memory,
 * under the name and shape of an array `[N, C, H, W]`. Rules ask for a value in the layout they want; reorderings are written where
 * the two differ, once per value, and those nobody reads vanish with the other unread nodes.
 */

import { type Shape, sameShape, sizeOf } from "../../../core/shape.ts";
import type { Value } from "../../graph.ts";
import type { Emitter, PlainAttributes } from "../emitter.ts";

/** onnxruntime's own operator set for blocked arrays; internal to it, hence the probe. */
export const NCHWC = "com.microsoft.nchwc";

/** Shape of an image in either layout. */
export type ImageShape = readonly [n: number, c: number, h: number, w: number];

/** A value in the blocked layout. */
export interface Blocked {
  readonly name: string;
  /** The image in memory. The value itself may have another shape of the same numbers, such as `[N, groups, pixels]`. */
  readonly shape: ImageShape;
  /** The same value with more done by the node that makes it; absent where that node can do no more. */
  readonly fused?: (more: Fusion) => Blocked | undefined;
  /** Where it is another blocked array and a number per channel: readers that scale, shift or sum can do without the pass that adds them. */
  readonly shifted?: { readonly from: Blocked; readonly shift: PerChannel };
  /** Where its rows are sums of the rows of another array, `[N·C/b, rows, W·b]`: readers that sum rows can take theirs from there. */
  readonly rowSums?: { readonly from: string; readonly sums: Matrix };
}

/** Rows of numbers. */
export type Matrix = readonly (readonly number[])[];

/** Numbers per channel, a plain array `[images, C, 1, 1]`: `images` is N, or 1 where all images share them. */
export interface PerChannel {
  readonly name: string;
  readonly images: number;
}

/** What a blocked convolution does besides: adds a number per channel, then another blocked array of its shape, then bends the sum. */
export interface Fusion {
  /** One number per channel, the same for all images. */
  readonly shift?: string;
  readonly sum?: string;
  readonly activation?: Activation;
}

/** A function of single numbers that blocked convolutions know. */
export interface Activation {
  readonly activation: "Relu" | "LeakyRelu" | "Tanh" | "Sigmoid" | "Clip";
  readonly activation_params?: { readonly floats: readonly number[] };
}

/** Blocked result of a node that can take on a shift, a sum and then an activation; `write` writes it with these. */
export function fusable(shape: ImageShape, write: (more: Fusion) => string, done: Fusion = {}): Blocked {
  const fused = (more: Fusion) =>
    done.activation || (done.shift !== undefined && more.shift) || (done.sum && more.sum)
      ? undefined
      : fusable(shape, write, { ...done, ...more });
  return { name: write(done), shape, fused };
}

/** The pen of a blocked rule: `name` gives a value's plain form, as for every rule. */
export interface BlockedPen extends Emitter {
  /** Channels per block, b. */
  readonly block: number;
  /** A value's blocked form, if its rule made one. */
  layout(value: Value): Blocked | undefined;
  /** A value's blocked form as an image of this shape, reordered if it must be. */
  blocked(value: Value, shape?: ImageShape): Blocked;
  /** Name of the same numbers under another shape. */
  view(name: string, from: Shape, to: Shape): string;
  /** Node of the blocked operator set. */
  nchwc(opType: string, inputs: readonly string[], attributes?: PlainAttributes): string;
  /** Operators that use a value; nothing where it is an output, or came about during lowering, so that nobody knows. */
  users(value: Value): readonly Value[] | undefined;
  /** Says that a bent value replaces the straight one for those who only ask on which side of the kink they are. */
  replace(straight: Value, bent: Value): void;
  /** The value that {@link replace} named. */
  replacement(straight: Value): Value | undefined;
}

/** A pen, and the way to say where a value lies. */
export interface Layouts {
  readonly pen: BlockedPen;
  /** Keeps a value's blocked form and gives the name of its plain one. */
  lay(value: Value, blocked: Blocked): string;
}

/** Layouts of a model that is being written. */
export function createLayouts(
  emit: Emitter,
  block: number,
  values: readonly Value[],
  outputs: readonly Value[],
): Layouts {
  const laid = new Map<Value, Blocked>();
  const views = new Map<string, { readonly name: string; readonly shape: Shape }>();
  const replacements = new Map<Value, Value>();
  const users = new Map<Value, Value[]>(values.map((value) => [value, []]));
  for (const value of values)
    if (value.source.kind === "operator") for (const input of value.source.inputs) users.get(input)!.push(value);
  for (const output of outputs) users.delete(output);

  const pen: BlockedPen = {
    ...emit,
    block,
    layout(value) {
      emit.name(value); // writes it, if nobody asked before
      return laid.get(value);
    },
    blocked(value, shape = value.shape as ImageShape) {
      const found = pen.layout(value);
      if (found && sameShape(found.shape, shape)) return found;
      const name = pen.view(emit.name(value), value.shape, shape);
      return { name: isBothWays(shape) ? name : pen.nchwc("ReorderInput", [name]), shape };
    },
    view(name, from, to) {
      if (sameShape(from, to)) return name;
      const origin = views.get(name) ?? { name, shape: from };
      if (sameShape(origin.shape, to)) return origin.name;
      const made = emit.node("Reshape", [origin.name, emit.ints(to)]);
      views.set(made, origin);
      return made;
    },
    nchwc: (opType, inputs, attributes = {}) => emit.node(opType, inputs, attributes, NCHWC),
    users: (value) => users.get(value),
    replace: (straight, bent) => void replacements.set(straight, bent),
    replacement: (straight) => replacements.get(straight),
  };
  return {
    pen,
    lay(value, blocked) {
      laid.set(value, blocked);
      const { name, shape } = blocked;
      const plain = isBothWays(shape) ? name : pen.nchwc("ReorderOutput", [name], { channels: shape[1] });
      return pen.view(plain, shape, value.shape);
    },
  };
}

/** Whether every b divides the channels and the value is an image: what can be blocked at all. */
export function canBeBlocked({ shape, dataType }: Value, block: number): boolean {
  return dataType === "float32" && shape.length === 4 && shape[1]! % block === 0 && sizeOf(shape) > 0;
}

/** One pixel per channel lies the same in both layouts. */
function isBothWays([, , h, w]: ImageShape): boolean {
  return h * w === 1;
}
