import { GradientError } from "../core/errors.ts";
import { describe, type Value } from "./graph.ts";
import { add } from "./ops/add.ts";

/**
 * Derivatives of a scalar by any values of its graph, as new values of the same graph: they can be used, and differentiated, like any other.
 *
 * Reverse mode: nodes are visited from the loss back, each once, after every node that uses it. Only what lies between the loss and
 * `wrt` is built.
 *
 * @param loss a value of one number
 * @param wrt "with respect to": parameters, inputs or anything the loss is computed from
 * @returns one derivative for each of `wrt`, of its shape; zeros where only comparisons or `detach` lie between
 * @throws {@link GradientError} when the loss is no scalar, does not depend on one of `wrt`, or passes through an operator without derivative
 * @see Griewank & Walther, Evaluating Derivatives, 2nd ed. (2008), chapter 3
 */
export function gradient(loss: Value, wrt: readonly Value[]): Value[] {
  if (loss.shape.some((extent) => extent !== 1))
    throw new GradientError({
      where: "gradient",
      expected: "a scalar loss",
      received: describe(loss),
      fix: "Take its sum or mean first.",
    });
  const path = between(loss, new Set(wrt));
  const derivatives = new Map<Value, Value>([[loss, loss.graph.constant(1, loss.shape)]]);
  for (const node of path) {
    const dy = derivatives.get(node);
    const { source } = node;
    if (!dy || source.kind !== "operator") continue;
    const { op, inputs, attributes } = source;
    if (typeof op.gradient !== "function")
      throw new GradientError({
        where: describe(node),
        expected: "a derivative",
        received: `none: ${op.gradient.because}`,
      });
    const rules = op.gradient({ inputs, attributes, y: node, dy });
    inputs.forEach((input, i) => {
      const rule = rules[i];
      if (!rule || !path.has(input)) return;
      const before = derivatives.get(input);
      derivatives.set(input, before ? add(before, rule()) : rule());
    });
  }
  return wrt.map((value) => {
    if (!path.has(value))
      throw new GradientError({
        where: "gradient",
        expected: `a loss that depends on ${describe(value)}`,
        received: "one that does not",
        fix: "Leave it out, or look for the layer that was not connected.",
      });
    return derivatives.get(value) ?? value.graph.constant(0, value.shape);
  });
}

/** Values from which `ends` can be reached and that reach the loss, from the loss back: every value after all that use it. */
function between(loss: Value, ends: ReadonlySet<Value>): ReadonlySet<Value> {
  const ancestors = new Set<Value>();
  const open = [loss];
  for (let value = open.pop(); value; value = open.pop()) {
    if (ancestors.has(value)) continue;
    ancestors.add(value);
    if (value.source.kind === "operator") open.push(...value.source.inputs);
  }
  const sorted = [...ancestors].sort((a, b) => a.id - b.id); // inputs have smaller ids than what uses them
  const reaching = new Set<Value>();
  for (const value of sorted) {
    const { source } = value;
    if (ends.has(value) || (source.kind === "operator" && source.inputs.some((input) => reaching.has(input))))
      reaching.add(value);
  }
  return new Set([...reaching].sort((a, b) => b.id - a.id));
}
