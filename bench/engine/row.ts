import { random } from "../../src/core/random.ts";
import { type Shape, sizeOf } from "../../src/core/shape.ts";
import { type DataType, type Tensor, type TensorData, tensor } from "../../src/core/tensor.ts";
import { productOperations } from "../../src/engine/diagnostics/product-operations.ts";
import { gradient } from "../../src/engine/gradient.ts";
import { createGraph, type Graph, type Value } from "../../src/engine/graph.ts";
import type { LoweringChoice } from "../../src/engine/lowerings/index.ts";
import type { Optimizer } from "../../src/engine/optimizers/optimizer.ts";
import { compileFunction, compileStep, initialState, type StepGraph } from "../../src/engine/step.ts";
import { parameterCount, parametersOf } from "../../src/nn/parameters.ts";

/** What the command line decides for our side. */
export interface RowOptions {
  readonly threads: number;
  readonly lowering: LoweringChoice;
}

/** Our side, compiled and with its inputs at hand. */
export interface Work {
  /** Numbers that are trained; the peer must have as many. */
  readonly parameters: number;
  /** Floating-point operations of all its convolutions and products. */
  readonly operations: number;
  run(): Promise<void>;
}

/** One row: our work, ready to be run, and how the peer is told to do the same. */
export interface Row {
  ours(options: RowOptions): Promise<Work>;
  /** Graphs of a training step in the order in which they run, for `bench/profile.ts`. */
  readonly steps?: () => readonly StepGraph[];
  /** Left out where there is none. */
  readonly peer?: { readonly file: "engine.py" | "cyclegan.py"; readonly arguments: Readonly<Record<string, unknown>> };
}

/** A whole training step, run again and again on the same inputs. */
export async function trainingStep(target: StepGraph, options: RowOptions): Promise<Work> {
  const compiled = await compileStep(target, options);
  const state = initialState([target.graph], random(1));
  const inputs = noises(target.graph.inputs);
  return {
    parameters: parameterCount(target.graph),
    operations: productOperations(target),
    run: async () => void (await compiled.run(state, inputs)),
  };
}

/** The graph of a training step: what `loss` makes of its inputs, lowered by the optimizer. */
export function stepGraph(loss: (graph: Graph) => Value, optimizer: Optimizer): StepGraph {
  const graph = createGraph();
  const outputs = { loss: loss(graph) };
  const parameters = parametersOf(graph);
  optimizer.update(graph, { name: "optimizer", parameters, gradients: gradient(outputs.loss, parameters) });
  return { graph, outputs };
}

/** A network with constant weights, as it is used after training. */
export async function forward(
  network: (graph: Graph) => Readonly<Record<string, Value>>,
  options: RowOptions,
): Promise<Work> {
  const graph = createGraph();
  const outputs = network(graph);
  const compiled = await compileFunction(graph, outputs, { ...options, state: initialState([graph], random(1)) });
  const inputs = noises(graph.inputs);
  return {
    parameters: parameterCount(graph),
    operations: productOperations({ graph, outputs }),
    run: async () => void (await compiled.run(inputs)),
  };
}

/** Classes that integer inputs are drawn from. */
export const NOISE_CLASSES = 16;

/** Every input filled with numbers from 0 to 1, or with classes; the learning rate as planned. */
export function noises(inputs: ReadonlyMap<string, Value>): Record<string, Tensor<TensorData>> {
  const noise = (name: string, shape: Shape, dataType: DataType): Tensor<TensorData> => {
    const stream = random(2).fork(name);
    const length = sizeOf(shape);
    return dataType === "int32"
      ? tensor(
          Int32Array.from({ length }, () => stream.integer(NOISE_CLASSES)),
          shape,
        )
      : tensor(
          Float32Array.from({ length }, () => stream.uniform()),
          shape,
        );
  };
  return {
    ...Object.fromEntries([...inputs].map(([name, { shape, dataType }]) => [name, noise(name, shape, dataType)])),
    rateScale: tensor(Float32Array.of(1), []),
  };
}
