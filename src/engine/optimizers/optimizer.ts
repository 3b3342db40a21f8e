import { GraphError } from "../../core/errors.ts";
import { sizeOf } from "../../core/shape.ts";
import type { Graph, Value, Variable } from "../graph.ts";
import { zerosInit } from "../initializers.ts";
import { add } from "../ops/add.ts";
import { concat } from "../ops/concat.ts";
import { mul } from "../ops/mul.ts";
import { reshape } from "../ops/reshape.ts";
import { split } from "../ops/split.ts";
import { constant, type Schedule } from "../schedules.ts";

/** What an optimizer step works on. */
export interface UpdateOptions {
  /** Begins the names of the optimizer's own states. */
  readonly name: string;
  readonly parameters: readonly Variable[];
  /** Derivative of the loss by each parameter, in the same order. */
  readonly gradients: readonly Value[];
  /** Steps done so far, a scalar; a state `NAME/step` that counts unless given. */
  readonly step?: Value;
  /** Factor on the learning rate, a scalar; the input `rateScale` unless given. The training loop lowers it after a divergence. */
  readonly rateScale?: Value;
}

/** Adds to a graph what moves its parameters: states, and their and the parameters' new values. */
export interface Optimizer {
  update(graph: Graph, options: UpdateOptions): void;
}

/** Rule of an optimizer for arrays of any shape: new parameter from old, gradient and learning rate; `state` gives moments that start at 0. */
export type UpdateRule = (context: {
  readonly parameter: Value;
  readonly gradient: Value;
  readonly rate: Value;
  /** State of the parameter's shape by name; `assign` its new value. */
  readonly state: (name: string) => Variable;
}) => Value;

/** Arrays below this many numbers are packed into one, because a node costs about as long as a thousand multiplications. */
const PACK_BELOW = 16_384;

/**
 * Applies an element-wise rule to all parameters: to large ones one by one, to the small ones joined into a single flat array, so
 * that a hundred biases and normalisation weights cost as much as one.
 */
export function updateEach(
  graph: Graph,
  options: UpdateOptions,
  learningRate: Schedule | number,
  rule: UpdateRule,
): void {
  const { name, parameters, gradients } = options;
  if (gradients.length !== parameters.length)
    throw new GraphError({
      where: `optimizer "${name}"`,
      expected: `${parameters.length} gradients`,
      received: `${gradients.length}`,
    });
  const rate = learningRateAt(graph, options, learningRate);
  const moments = (suffix: string, shape: readonly number[]) => (moment: string) =>
    graph.state(`${name}/${moment}/${suffix}`, shape, zerosInit);

  const small: { parameter: Variable; gradient: Value }[] = [];
  parameters.forEach((parameter, i) => {
    const gradient = gradients[i]!;
    if (sizeOf(parameter.shape) < PACK_BELOW) small.push({ parameter, gradient });
    else {
      const state = moments(parameter.name, parameter.shape);
      graph.assign(parameter, rule({ parameter, gradient, rate, state }));
    }
  });
  if (small.length === 0) return;
  const lengths = small.map(({ parameter }) => sizeOf(parameter.shape));
  const flat = (values: readonly Value[]) =>
    concat(
      values.map((value) => reshape(value, [-1])),
      0,
    );
  const joined = flat(small.map(({ parameter }) => parameter));
  const next = rule({
    parameter: joined,
    gradient: flat(small.map(({ gradient }) => gradient)),
    rate,
    state: moments("packed", joined.shape),
  });
  split(next, { axis: 0, lengths }).forEach((part, i) => {
    const { parameter } = small[i]!;
    graph.assign(parameter, reshape(part, parameter.shape));
  });
}

/** Learning rate of this step, and the counter that moves it on. */
function learningRateAt(
  graph: Graph,
  { name, step, rateScale }: UpdateOptions,
  learningRate: Schedule | number,
): Value {
  const counter = step ?? graph.state(`${name}/step`, [], zerosInit);
  if (!step) graph.assign(counter as Variable, add(counter, 1));
  const schedule = typeof learningRate === "number" ? constant(learningRate) : learningRate;
  return mul(schedule(counter), rateScale ?? graph.inputs.get("rateScale") ?? graph.input("rateScale", []));
}
