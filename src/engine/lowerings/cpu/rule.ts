import type { Attributes, Op, Value } from "../../graph.ts";
import type { Emitter, OperatorNode } from "../emitter.ts";
import type { Blocked, BlockedPen } from "./pen.ts";

/** Writes an operator by the rule of the portable lowering, with another pen if asked to. */
export type Portable = (pen: Emitter) => string;

/**
 * Writes one operator with blocked arrays. Gives where its result lies, or the name of a plain result, or nothing where the portable
 * rule is the better one; what it has written by then vanishes unread.
 */
export type BlockedRule<A extends Attributes = Attributes> = {
  rule(node: OperatorNode<A>, pen: BlockedPen, portable: Portable): Blocked | string | undefined;
}["rule"];

/** Blocked rules of some operators of a table; the others are written as `portable` does. */
export type BlockedTable<Operators extends Record<string, Op>> = {
  readonly [name in keyof Operators]?: Operators[name] extends Op<infer A> ? BlockedRule<A> : never;
};

/** The value's layout where it is an image under its own shape: what rules that know rows and columns need. */
export function imageLayout(pen: BlockedPen, value: Value): Blocked | undefined {
  const found = pen.layout(value);
  return found && value.shape.length === 4 && found.shape.every((extent, i) => extent === value.shape[i])
    ? found
    : undefined;
}
