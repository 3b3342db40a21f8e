import type { WorkOptions } from "../../core/progress.ts";
import type { Random } from "../../core/random.ts";
import type { DeviceName } from "../../engine/devices.ts";
import { averagedWeights } from "../../engine/ema.ts";
import { bringHome, compileStep, initialState, type State } from "../../engine/step.ts";
import { type TrainingCurves, type TrainOptions, train } from "../../engine/train.ts";
import { beginWith } from "./begin-with.ts";
import { LABEL_PLANES } from "./condition.ts";
import type { Prediction } from "./denoiser.ts";
import { augmentationInput, conditionInput, levelInputs, pictureInputs } from "./feed.ts";
import type { LossWeightingName } from "./loss-weighting.ts";
import { DENOISER, type DenoiserSettings, type DiffusionNetwork, denoise } from "./network.ts";
import type { NoiseSchedule } from "./noise-schedule.ts";
import { openDiffusion } from "./open-diffusion.ts";
import type { PatchStream } from "./patches.ts";
import { cosine } from "./schedules/index.ts";
import { type DiffusionStepOptions, diffusionStep } from "./step.ts";
import { type Validate, type ValidationScore, validation } from "./validation.ts";

/** Settings of one training. */
export interface DiffusionFitOptions
  extends WorkOptions,
    Partial<Pick<DiffusionStepOptions, "batchSize" | "learningRate" | "warmupSteps" | "rateDecay" | "weightDecay">> {
  readonly random: Random;
  readonly network: DiffusionNetwork;
  readonly steps: number;
  /** Share of the running average of the weights that stays at each step; unless given, it averages over the last twentieth of the steps. */
  readonly emaDecay?: number;
  readonly schedule?: NoiseSchedule;
  readonly prediction?: Prediction;
  readonly weighting?: LossWeightingName;
  /** Trained weights to begin with, under the network's own names, such as {@link priorFor} gives; unless given, random ones. */
  readonly pretrained?: State | undefined;
  /** Share of the pictures whose labels are withheld, so that guidance can tell what labels change. */
  readonly conditionDropout?: number;
  /** Judges the generator every `validateEvery` steps and at the end; see `chosenVerdict` for which state is kept. */
  readonly validate?: Validate;
  readonly validateEvery?: number;
  /** Where the training is kept, so that it continues after a kill. */
  readonly checkpointFile?: string;
  readonly checkpointEvery?: NonNullable<TrainOptions["checkpointEvery"]>;
  readonly threads?: number;
  /** Where to compute; `chooseDevice` tells what works here. */
  readonly device?: DeviceName;
}

/** A trained diffusion generator. */
export interface DiffusionModel extends DenoiserSettings {
  /** The averaged weights, under the network's own names: what sampling uses. */
  readonly state: State;
  /** `loss`, and `gradientNorm` before it is limited. */
  readonly curves: TrainingCurves;
  readonly scores: readonly ValidationScore[];
  /** Steps that were asked for. */
  readonly steps: number;
  /** Steps after which the weights were taken: the latest of those with the best score, as far as scores can be told apart, or all. */
  readonly chosenStep: number;
  /** Why training ended before all steps were done, if it did. */
  readonly stopped?: string;
  readonly seconds: number;
}

/**
 * Diffusion generator trained on pictures, with their label maps where the stream has some.
 *
 * Pictures, timesteps and noise of a step come from that step's own random stream, so a continued training takes the same steps as an
 * uninterrupted one. A stop of the judge ends it.
 *
 * @throws {@link DivergenceError} when the loss is no number twice; {@link CancelledError} when asked to stop, the training is kept first
 */
export async function fitDiffusion(data: PatchStream, options: DiffusionFitOptions): Promise<DiffusionModel> {
  const { random, steps, batchSize = 8, conditionDropout = 0.1, checkpointEvery = { steps: 200 } } = options;
  const { validate, validateEvery = Math.ceil(steps / 10), threads = 1, device = "cpu" } = options;
  const started = performance.now();
  const { sizePx, augmentationFeatures } = data;
  const settings = settingsOf(data, options);
  const step = await compileStep(stepOf(settings, data, options), { threads, device });
  const state = initialState([step.graph], random.fork("weights"));
  if (options.pretrained) beginWith(state, options.pretrained);
  const judge = validate && validation(state, validate);
  const levels = levelInputs(settings, options.weighting ?? "simple");

  const curves = await train({
    ...options,
    steps,
    state,
    checkpointEvery,
    random: random.fork("steps"),
    ...(judge && { extraState: judge.memory }),
    stage: "train diffusion generator",
    until: () => judge?.stopped() !== undefined,
    step: async (index, { random: own, rateScale }) => {
      const patches = await data.batch(index, batchSize, own.fork("patches"));
      const { outputs } = await step.run(state, {
        ...pictureInputs(patches, sizePx, own.fork("noise")),
        ...levels(batchSize, own.fork("times")),
        ...(data.hasLabels && {
          condition: conditionInput(patches, sizePx, { dropout: conditionDropout, random: own.fork("condition") }),
        }),
        ...(augmentationFeatures > 0 && { augmentation: augmentationInput(patches) }),
        rateScale,
      });
      const [loss, gradientNorm] = [outputs.loss!.data[0]!, outputs.gradientNorm!.data[0]!];
      const done = index + 1;
      if (judge && Number.isFinite(loss) && (done % validateEvery === 0 || done === steps)) {
        await bringHome(state);
        const denoiser = await openDiffusion(
          { ...settings, state: averagedWeights(state, DENOISER) },
          { batchSize, threads, device },
        );
        await judge.ask(denoiser, done).finally(() => denoiser.release());
      }
      return { loss, gradientNorm };
    },
  }).finally(() => step.release());

  const chosen = judge?.chosen() ?? { weights: averagedWeights(state, DENOISER), step: steps };
  const stopped = judge?.stopped();
  return {
    ...settings,
    state: chosen.weights,
    curves,
    scores: judge?.scores() ?? [],
    steps,
    chosenStep: chosen.step,
    ...(stopped !== undefined && { stopped }),
    seconds: (performance.now() - started) / 1000,
  };
}

function settingsOf(
  { sizePx, hasLabels }: PatchStream,
  { network, schedule = cosine(), prediction = "velocity" }: DiffusionFitOptions,
): DenoiserSettings {
  return { network, sizePx, conditionPlanes: hasLabels ? LABEL_PLANES.length : 0, schedule, prediction };
}

function stepOf(settings: DenoiserSettings, { augmentationFeatures }: PatchStream, options: DiffusionFitOptions) {
  const { steps, batchSize = 8, learningRate = 5e-4, rateDecay = "cosine", weightDecay = 0 } = options;
  const { warmupSteps = Math.min(200, Math.ceil(steps / 10)), emaDecay = Math.max(0, 1 - 20 / steps) } = options;
  return diffusionStep({
    network: (inputs) => denoise(inputs, settings, { mode: "train", augmentationFeatures }),
    batchSize,
    channels: 1,
    sizePx: settings.sizePx,
    conditionPlanes: settings.conditionPlanes,
    augmentationFeatures,
    learningRate,
    warmupSteps,
    rateDecay,
    steps,
    weightDecay,
    emaDecay,
  });
}
