import { random } from "../../src/core/random.ts";
import type { DeviceName } from "../../src/engine/devices.ts";
import { exponentialMovingAverage } from "../../src/engine/ema.ts";
import { gradient } from "../../src/engine/gradient.ts";
import { createGraph } from "../../src/engine/graph.ts";
import { heInit, zerosInit } from "../../src/engine/initializers.ts";
import { conv2d, instanceNorm, mean, mul, relu, square, sub } from "../../src/engine/ops/index.ts";
import { adam } from "../../src/engine/optimizers/adam.ts";
import { linearDecay } from "../../src/engine/schedules.ts";
import { compileStep, initialState, type State, type Step, type StepGraph } from "../../src/engine/step.ts";
import { type TrainOptions, train } from "../../src/engine/train.ts";
import { normal } from "./differentiation.ts";

/** Two convolutions that learn a blur; small, but with every kind of thing that a training carries along. */
export function tinyGraph(): StepGraph {
  const graph = createGraph();
  const x = graph.input("x", [2, 1, 12, 12]);
  const w1 = graph.parameter("w1", [4, 1, 3, 3], heInit());
  const w2 = graph.parameter("w2", [1, 4, 3, 3], heInit());
  const bias = graph.parameter("bias", [1], zerosInit);
  const y = conv2d(relu(instanceNorm(conv2d(x, w1, { padding: 1 }))), w2, { padding: 1, bias });
  const loss = mean(square(sub(y, mul(x, 0.5))));
  const parameters = graph.parameters();
  const optimizer = adam({ learningRate: linearDecay({ rate: 0.02, from: 20, to: 60 }) });
  optimizer.update(graph, { name: "adam", parameters, gradients: gradient(loss, parameters) });
  exponentialMovingAverage(graph, parameters, 0.9);
  return { graph, outputs: { loss } };
}

/** Number of steps of {@link tinyTraining}. */
export const TINY_STEPS = 60;

/** What a test may change in {@link tinyTraining}. */
export interface TinyOptions extends Partial<Omit<TrainOptions, "step">> {
  readonly seed?: number;
  readonly threads?: number;
  readonly device?: DeviceName;
  /** Runs before each step and may replace the loss. */
  readonly before?: (index: number, rateScale: number) => number | undefined | Promise<undefined>;
  /** Runs after each step and may spoil the state. */
  readonly after?: (index: number, state: State) => void;
}

/** Trains {@link tinyGraph}; gives its state, curves, and what it kept outside the state. */
export async function tinyTraining({
  seed = 0,
  threads = 1,
  device = "cpu",
  before,
  after,
  ...options
}: TinyOptions = {}) {
  const step: Step = await compileStep(tinyGraph(), { threads, device });
  const state = initialState([step.graph], random(seed).fork("weights"));
  // Changed in place, like an image pool: a checkpoint must not share its array
  state.set("pool", { data: new Float32Array(4), shape: [4] });
  const extra = { words: [] as string[] };
  try {
    const curves = await train({
      steps: TINY_STEPS,
      state,
      random: random(seed).fork("steps"),
      checkpointEvery: { steps: 10 },
      extraState: {
        save: () => extra.words,
        load: (saved) => {
          extra.words = saved as string[];
        },
      },
      ...options,
      step: async (index, { random, rateScale }) => {
        const replaced = await before?.(index, rateScale.data[0]!);
        const x = normal({ shape: [2, 1, 12, 12] }, random);
        const { outputs } = await step.run(state, { x, rateScale });
        state.get("pool")!.data[index % 4]! += random.uniform();
        after?.(index, state);
        if (index % 20 === 0) extra.words.push(`step ${index}`);
        return { loss: replaced ?? outputs.loss!.data[0]!, pool: state.get("pool")!.data[index % 4]! };
      },
    });
    return { state, curves, words: extra.words };
  } finally {
    await step.release();
  }
}
