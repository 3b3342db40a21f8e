import type { Random } from "../../src/core/random.ts";
import type { Tensor } from "../../src/core/tensor.ts";
import { compileStep, initialState, type State } from "../../src/engine/step.ts";
import { train } from "../../src/engine/train.ts";
import { microscopyNetworkSizes } from "../../src/features/microscopy-network.ts";
import { specimenShelf } from "../specimens/specimen-shelf.ts";
import { CLASSES, type Exposure, exposure, MEASURES } from "./exposures.ts";
import { featureStep } from "./objective.ts";

/** How the feature network is trained. */
export interface FeatureTrainingOptions {
  readonly steps: number;
  readonly random: Random;
  readonly threads?: number;
  readonly checkpointFile?: string;
  /** Steps between checkpoints. */
  readonly checkpointEvery?: number;
  /** Exposures per step. */
  readonly exposures?: number;
  /** Different specimens; every step images some of them anew. */
  readonly specimens?: number;
  readonly peakLearningRate?: number;
  readonly onStep?: (step: number, terms: Readonly<Record<string, number>>) => void;
}

/** Trains, or continues; the whole state afterwards, heads and moments included. */
export async function featureTraining(options: FeatureTrainingOptions): Promise<State> {
  const { steps, random, threads = 1, exposures = 32, specimens = 3000, peakLearningRate = 2.5e-3, onStep } = options;
  const step = await compileStep(featureStep({ exposures, steps, peakLearningRate }), { threads });
  const state = initialState([step.graph], random.fork("weights"));
  const shelf = specimenShelf(random.fork("specimens"));
  await train({
    steps,
    state,
    random: random.fork("steps"),
    checkpointEvery: { steps: options.checkpointEvery ?? 100 },
    ...(options.checkpointFile === undefined ? {} : { checkpointFile: options.checkpointFile }),
    stage: "feature network",
    async step(index, context) {
      const batch = Array.from({ length: exposures }, (_, i) =>
        exposure(shelf, specimens, context.random.fork("exposure", i)),
      );
      const { outputs } = await step.run(state, { ...batchOf(batch), rateScale: context.rateScale });
      const terms = Object.fromEntries(Object.entries(outputs).map(([name, { data }]) => [name, data[0]!]));
      onStep?.(index, terms);
      return terms;
    },
  });
  await step.release();
  return state;
}

/** Inputs of a step. */
export function batchOf(batch: readonly Exposure[]): Record<"tiles" | "classes" | "measures" | "isKnown", Tensor> {
  const { tilePx } = microscopyNetworkSizes;
  const stacked = (shape: readonly number[], pick: (exposure: Exposure) => ArrayLike<number>): Tensor => {
    const width = shape.reduce((product, extent) => product * extent, 1);
    const data = new Float32Array(batch.length * width);
    batch.forEach((exposure, i) => {
      data.set(pick(exposure), i * width);
    });
    return { data, shape: [batch.length, ...shape] };
  };
  return {
    tiles: stacked([1, tilePx, tilePx], ({ tile }) => tile.data),
    classes: stacked([CLASSES.length], ({ classes }) => classes),
    measures: stacked([MEASURES.length], ({ measures }) => measures),
    isKnown: stacked([MEASURES.length], ({ isKnown }) => isKnown),
  };
}
