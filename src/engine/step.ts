/** Graphs made runnable: a training step that moves a state on, and a function that only computes. */

import { GraphError } from "../core/errors.ts";
import type { Random } from "../core/random.ts";
import { sizeOf } from "../core/shape.ts";
import type { Tensor, TensorData } from "../core/tensor.ts";
import type { DeviceName } from "./devices.ts";
import { foldConstants, keepApart, leastFirst, overwritable, recompute } from "./economy/index.ts";
import { fromDevice } from "./from-device.ts";
import type { Graph, Value } from "./graph.ts";
import { isLent, lend } from "./lent-arrays.ts";
import { functionLowering, type LoweringChoice, type LoweringName, lower } from "./lowerings/index.ts";
import { freeOnDevice, openSession, type Session } from "./session.ts";

/**
 * Numbers of parameters and states by name. Several steps (generator, discriminator) may work on one.
 *
 * Its arrays belong to the state: steps write over them. Whoever wants to keep some takes a copy (`copyOf`). Between steps on a device with a memory of
 * its own they stay there: await {@link bringHome} before reading them.
 */
export type State = Map<string, Tensor>;

/** Values to hand over at a run, by input name. */
export type Inputs = Readonly<Record<string, Tensor<TensorData>>>;

/** A graph with the values that a caller wants back. */
export interface StepGraph {
  readonly graph: Graph;
  readonly outputs: Readonly<Record<string, Value>>;
}

/** A graph that is ready to run on a state. */
export interface Step {
  readonly graph: Graph;
  /** The lowering that was used. */
  readonly lowering: LoweringName;
  /** Where it runs. */
  readonly device: DeviceName;
  /**
   * Runs once and replaces what the graph assigns in `state`: new numbers are written over old ones, at once where the order of the graph allows
   * it, else at the next run. Outputs are new arrays. A run that fails leaves the state half replaced. On a device that keeps results the new
   * numbers stay there, and the old ones are freed.
   */
  run(state: State, inputs: Inputs): Promise<{ readonly outputs: Record<string, Tensor> }>;
  release(): Promise<void>;
}

/** How to compile. */
export interface CompileOptions {
  readonly threads?: number;
  /** Where to compute; a device that is not there is an error here. `chooseDevice` finds out beforehand and falls back. */
  readonly device?: DeviceName;
  /** How to write the graph for the runtime; `auto` follows from the device (`lowerings/index.ts`). */
  readonly lowering?: LoweringChoice;
}

/**
 * Training step of a graph: its outputs, and the new value of everything it assigns.
 *
 * @param target a graph (then with `options.outputs`), or a graph together with its outputs
 * @throws {@link SessionError} when the runtime refuses the graph
 */
export async function compileStep(
  target: Graph | StepGraph,
  {
    outputs: named,
    threads = 1,
    device = "cpu",
    lowering: choice = "auto",
  }: CompileOptions & { outputs?: StepGraph["outputs"] } = {},
): Promise<Step> {
  const { graph, outputs } = "outputs" in target ? target : { graph: target, outputs: named ?? {} };
  const { model, lowering } = await lowerStep({ graph, outputs }, { lowering: choice, device });
  const assigned = [...graph.assignments.keys()].map(({ name }) => [name, NEXT + name] as const);
  const kept = assigned.map(([, next]) => next);
  const session = await openSession(model, { threads, device, kept, equalNodesStay: true, exactShapes: true });
  const variables = session.inputNames.filter((name) => graph.variables.has(name));
  const wanted = Object.keys(outputs).map((name) => [name, `output/${name}`] as const);
  const arrays = device === "cpu" ? stateArrays(overwritable(model, assigned)) : undefined;
  return {
    graph,
    lowering,
    device,
    async run(state, inputs) {
      const feeds: Record<string, Tensor<TensorData>> = { ...inputs };
      for (const name of variables) feeds[name] = stateTensor(state, name);
      const into = assigned.map(([name, next]) => [next, arrays?.next(name, stateTensor(state, name))] as const);
      const all = await session.run(feeds, arrays && (Object.fromEntries(into) as Record<string, Tensor>));
      for (const [name, next] of assigned) {
        arrays?.replaced(name, state.get(name)!, all[next]!);
        replaceIn(state, name, all[next]!);
      }
      return { outputs: Object.fromEntries(wanted.map(([name, result]) => [name, all[result]!])) };
    },
    release: () => session.release(),
  };
}

/**
 * Arrays for the next numbers of a state: its present array where that may be overwritten, else the one that the run before left free. From the second
 * run on nothing is allocated. Lent arrays stay as they are.
 */
function stateArrays(overwritten: ReadonlySet<string>) {
  const free = new Map<string, Tensor>();
  return {
    next(name: string, current: Tensor): Tensor {
      if (overwritten.has(name) && !isLent(current.data)) return current;
      const spare = free.get(name);
      free.delete(name);
      return spare ?? { data: new Float32Array(sizeOf(current.shape)), shape: current.shape };
    },
    replaced(name: string, before: Tensor, after: Tensor): void {
      if (before !== after && !isLent(before.data)) free.set(name, before);
    },
  };
}

/** Everything that a step computes, by the names it has in the model: `output/NAME`, and `next/NAME` of what the graph assigns. */
export function stepResults({ graph, outputs }: StepGraph): Record<string, Value> {
  const results: Record<string, Value> = {};
  for (const [name, value] of Object.entries(outputs)) results[`output/${name}`] = value;
  for (const [variable, next] of graph.assignments) results[NEXT + variable.name] = next;
  return results;
}

/** Begins the names of new numbers among a step's results. */
export const NEXT = "next/";

/** Whether a result of a step is the next value of a state, by its name; the step gives an array for it. */
export function isNext(result: string): boolean {
  return result.startsWith(NEXT);
}

/**
 * The model of a step for a device. For the processor it is thrifty with memory and in an order that lets go of images as early as can be, which the
 * runtime keeps to if equal nodes stay apart.
 */
export async function lowerStep(
  step: StepGraph,
  { lowering: choice = "auto", device = "cpu" }: Pick<CompileOptions, "lowering" | "device"> = {},
) {
  const { model, lowering } = await lower(choice, step.graph, stepResults(step), { device });
  return { model: device === "cpu" ? keepApart(leastFirst(recompute(leastFirst(model)))) : model, lowering };
}

/** A graph that computes outputs from inputs and changes nothing. */
export interface CompiledFunction {
  run(inputs: Inputs): Promise<Record<string, Tensor>>;
  release(): Promise<void>;
}

/**
 * Inference: the outputs of a graph with its parameters fixed to those of a state, which lets the runtime lay them out once. The state may be trained on
 * meanwhile: steps leave arrays alone that a function reads, until it is released.
 *
 * @throws {@link GraphError} when the state lacks a parameter
 */
export async function compileFunction(
  graph: Graph,
  outputs: Readonly<Record<string, Value>>,
  { state = new Map(), threads = 1, device = "cpu", lowering = "auto" }: CompileOptions & { state?: State } = {},
): Promise<CompiledFunction> {
  const chosen = lowering === "auto" ? await functionLowering(outputs, device) : lowering;
  const { model, lowering: used } = await lower(chosen, graph, outputs, { device, weights: await fromDevice(state) });
  for (const { name } of model.inputs) if (graph.variables.has(name)) stateTensor(state, name);
  const isFolded = used === "cpu"; // of the rest, what the runtime would fold as well is meant to be made again
  const ready = isFolded ? keepApart(await foldConstants(model), { mediumToo: true }) : model;
  const options = { threads, device, optimization: "all", exactShapes: true, constantsStay: isFolded } as const;
  const session: Session = await openSession(ready, options);
  const takeBack = lend(ready.initializers.map(({ data }) => data));
  return {
    run: (inputs) => session.run(inputs),
    async release() {
      await session.release();
      takeBack();
    },
  };
}

/** First numbers of all parameters and states of some graphs. Each is drawn from its own stream, so their order does not matter. */
export function initialState(graphs: readonly Graph[], random: Random): State {
  const state: State = new Map();
  for (const graph of graphs)
    for (const [name, { shape, source }] of graph.variables) {
      if (state.has(name) || (source.kind !== "parameter" && source.kind !== "state")) continue;
      const data = source.initializer(shape, random.fork("parameter", name));
      if (data.length !== sizeOf(shape))
        throw new GraphError({
          where: `initializer of "${name}"`,
          expected: `${sizeOf(shape)} numbers`,
          received: `${data.length}`,
        });
      state.set(name, { data, shape });
    }
  return state;
}

/** Puts numbers into a state and frees the device memory of those that were there. */
export function replaceIn(state: State, name: string, tensor: Tensor): void {
  const before = state.get(name);
  state.set(name, tensor);
  if (before && before !== tensor) freeOnDevice(before);
}

/**
 * Brings what a device keeps of a state into JavaScript's memory, where it can be read and saved; nothing to do for steps on the processor.
 *
 * @throws {@link SessionError} when the device refuses
 */
export async function bringHome(state: State): Promise<void> {
  for (const [name, tensor] of await fromDevice(state)) replaceIn(state, name, tensor);
}

function stateTensor(state: State, name: string): Tensor {
  const found = state.get(name);
  if (!found)
    throw new GraphError({
      where: "state",
      expected: `numbers for "${name}"`,
      received: "none",
      fix: "Make the state with initialState from all graphs that use it.",
    });
  return found;
}
