import type { WorkOptions } from "../../core/progress.ts";
import type { Random } from "../../core/random.ts";
import { copyOf } from "../../core/tensor.ts";
import type { DeviceName } from "../../engine/devices.ts";
import { createGraph } from "../../engine/graph.ts";
import { bringHome, compileStep, initialState, type State, type Step } from "../../engine/step.ts";
import { type TrainingCurves, train } from "../../engine/train.ts";
import { type BatchOptions, drawBatch, type PairSource } from "./draw-batch.ts";
import { namedNetwork, type SuperResolverConfig, superResolverOutput, WEIGHTS } from "./network.ts";
import { type SuperResolverStepOptions, superResolverStep } from "./step.ts";
import { superResolverLosses } from "./training.ts";

/** Pairs to learn from, and others to choose by. */
export interface SuperResolveData {
  readonly drawPair: PairSource;
  /**
   * Pairs that training never sees: the same crops of them are scored during training, and the weights with the smallest loss are kept.
   * Without it the last weights are.
   */
  readonly drawValidationPair?: PairSource;
}

/** How the network is trained. The defaults are those of every arm, so that arms differ in their data alone. */
export interface SuperResolveFitOptions extends WorkOptions, Partial<SuperResolverStepOptions> {
  readonly random: Random;
  /** How many batches are scored. */
  readonly validationBatches?: number;
  readonly validateEverySteps?: number;
  /** Where the training is kept, so that it continues after a kill. */
  readonly checkpointFile?: string;
  readonly threads?: number;
  /** Where to compute; `chooseDevice` tells what works here. */
  readonly device?: DeviceName;
  /** Named in progress and errors. */
  readonly stage?: string;
}

/** A score on the validation pairs. */
export interface ValidationScore {
  /** Steps done. */
  readonly step: number;
  readonly loss: number;
}

/** A trained super-resolver: the numbers of the network that {@link superResolverOutput} describes. */
export interface SuperResolveModel {
  readonly config: SuperResolverConfig;
  /** Weights alone. */
  readonly state: State;
  readonly curves: TrainingCurves;
  /** In order; empty without validation pairs. */
  readonly validation: readonly ValidationScore[];
  /** Steps after which the kept weights stood. */
  readonly keptStep: number;
  readonly steps: number;
  readonly seconds: number;
}

/**
 * Network that turns low images into high ones, learned from pairs.
 *
 * Every step draws its pairs, crops and orientations from its own random stream, so a training that was killed continues to the same bits.
 *
 * @throws {@link DataError} when a pair's sizes do not fit the scale or the crop
 * @throws {@link DivergenceError} when training meets NaN twice
 */
export async function fitSuperResolver(
  data: SuperResolveData,
  options: SuperResolveFitOptions,
): Promise<SuperResolveModel> {
  const { random, steps = 2000, batchSize = 8, cropPx = 64, scale = 1, threads = 1, device = "cpu" } = options;
  const { network: chosen = "gated", validationBatches = 8, validateEverySteps = 100 } = options;
  const started = performance.now();
  const config: SuperResolverConfig = { network: namedNetwork(chosen), scale };
  const batch: BatchOptions = { batchSize, cropPx, scale };
  const step = await compileStep(superResolverStep({ ...options, ...batch, network: config.network, steps }), {
    threads,
    device,
  });
  const state = initialState([step.graph], random.fork("weights"));
  const validator = data.drawValidationPair && (await openValidator(config, batch, options));
  const kept = bestWeights(state);
  try {
    const curves = await train({
      ...options,
      stage: options.stage ?? "train super-resolver",
      state,
      steps,
      random: random.fork("steps"),
      extraState: kept,
      step: async (index, context) => {
        const { low, high } = await drawBatch(data.drawPair, batch, context.random);
        const { outputs } = await step.run(state, { low, high, rateScale: context.rateScale });
        const done = index + 1;
        if (validator && (done % validateEverySteps === 0 || done === steps)) {
          const total = { loss: 0 };
          for (let i = 0; i < validationBatches; i++) {
            const pairs = await drawBatch(data.drawValidationPair!, batch, random.fork("validation", i));
            total.loss += (await validator.run(state, pairs)).outputs.loss!.data[0]! / validationBatches;
          }
          await bringHome(state);
          kept.score({ step: done, loss: total.loss });
        }
        return { loss: outputs.loss!.data[0]! };
      },
    });
    return {
      config,
      state: validator ? kept.weights() : weightsOf(state),
      curves,
      validation: kept.scores(),
      keptStep: validator ? kept.step() : steps,
      steps,
      seconds: (performance.now() - started) / 1000,
    };
  } finally {
    await step.release();
    await validator?.release();
  }
}

/** The loss alone, for weights that change. */
function openValidator(
  config: SuperResolverConfig,
  batch: BatchOptions,
  options: SuperResolveFitOptions,
): Promise<Step> {
  const { batchSize, cropPx, scale } = batch;
  const graph = createGraph();
  const low = graph.input("low", [batchSize, 1, cropPx / scale, cropPx / scale]);
  const high = graph.input("high", [batchSize, 1, cropPx, cropPx]);
  const loss = superResolverLosses[options.loss ?? "mae"](superResolverOutput(low, config), high);
  return compileStep({ graph, outputs: { loss } }, { threads: options.threads ?? 1, device: options.device ?? "cpu" });
}

/** Weights without the optimizer's states. */
function weightsOf(state: State): State {
  return new Map([...state].filter(([name]) => name.startsWith(WEIGHTS)));
}

/** Begins the names of kept weights. They are part of the state, so that a checkpoint holds them. */
const BEST = "best/";

/** Keeps the weights with the smallest score beside those in training. */
function bestWeights(state: State) {
  const scores: ValidationScore[] = [];
  const copy = () => {
    for (const [name, tensor] of weightsOf(state)) state.set(BEST + name, copyOf(tensor));
  };
  copy();
  const best = () => scores.reduce((a, b) => (b.loss < a.loss ? b : a), { step: 0, loss: Number.POSITIVE_INFINITY });
  return {
    scores: (): readonly ValidationScore[] => scores,
    step: () => best().step,
    score(score: ValidationScore) {
      scores.push(score);
      if (best() === score) copy();
    },
    weights: (): State =>
      new Map(
        [...state].flatMap(([name, tensor]) =>
          name.startsWith(BEST) ? [[name.slice(BEST.length), tensor] as const] : [],
        ),
      ),
    save: () => scores,
    load(saved: unknown) {
      scores.splice(0, scores.length, ...(saved as ValidationScore[]));
    },
  };
}
