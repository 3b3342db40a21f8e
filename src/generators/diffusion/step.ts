import { exponentialMovingAverage } from "../../engine/ema.ts";
import { gradient } from "../../engine/gradient.ts";
import { createGraph, type Value } from "../../engine/graph.ts";
import { add, mean, mul, reshape, square, sub } from "../../engine/ops/index.ts";
import { adamW } from "../../engine/optimizers/adam-w.ts";
import { clipByGlobalNorm } from "../../engine/optimizers/clip.ts";
import { cosine } from "../../engine/schedules.ts";
import type { StepGraph } from "../../engine/step.ts";
import type { DiffusionUnetInputs } from "../../nn/networks/diffusion-unet.ts";
import { parametersOf } from "../../nn/parameters.ts";

/** Longest gradient, over all weights together, that a step follows in full. */
const GRADIENT_LIMIT = 1;

/** A young average spans about a ninth of the steps so far, so that it is of use from the first steps on. */
const AVERAGE_WARM_UP = 9;

/** What shapes a training step. */
export interface DiffusionStepOptions {
  /** The network: {@link denoise}, or anything else that predicts from noisy images `[N, C, H, W]` and times `[N]`. */
  readonly network: (inputs: DiffusionUnetInputs) => Value;
  readonly batchSize: number;
  readonly channels: number;
  readonly sizePx: number;
  /** Planes of the condition; 0 for none. */
  readonly conditionPlanes: number;
  /** Numbers that tell an augmentation; 0 for none. */
  readonly augmentationFeatures: number;
  readonly learningRate: number;
  /** Steps in which the learning rate rises in a straight line. */
  readonly warmupSteps: number;
  /** Afterwards the rate stays, or falls to 0 along half a cosine until step `steps`. */
  readonly rateDecay: "constant" | "cosine";
  readonly steps: number;
  readonly weightDecay: number;
  /** Share of the running average of the weights that stays at each step. */
  readonly emaDecay: number;
}

/**
 * One training step as a graph: a weighted squared error of the prediction, AdamW on gradients of length at most 1, and the running average of
 * the weights that sampling uses.
 *
 * In: clean `images` `[N, C, H, W]` on the [-1, 1] scale and unit `noise` of that shape; per image, all `[N]`, the `time` that the network is
 * told, `signal` and `noiseShare` (`xt = signal · image + noiseShare · noise`), `targetImage` and `targetNoise` (what to predict,
 * `targetImage · image + targetNoise · noise`) and the `weight` of its error; `condition` `[N, K, H, W]` and `augmentation` `[N, A]` where
 * asked for; `rateScale`. Out: `loss`, the weighted mean, and `gradientNorm` before the limit.
 *
 * Which numbers a schedule, a kind of prediction and a weighting mean is settled by whoever feeds the step: the graph is the same for all.
 *
 * @see Ho, Jain & Abbeel, NeurIPS 2020, algorithm 1
 */
export function diffusionStep(options: DiffusionStepOptions): StepGraph {
  const { network, batchSize, channels, sizePx, conditionPlanes, augmentationFeatures, weightDecay, emaDecay } =
    options;
  const graph = createGraph();
  const shape = [batchSize, channels, sizePx, sizePx];
  const perImage = (name: string) => reshape(graph.input(name, [batchSize]), [batchSize, 1, 1, 1]);
  const images = graph.input("images", shape);
  const noise = graph.input("noise", shape);
  const mixture = (ofImage: string, ofNoise: string) =>
    add(mul(images, perImage(ofImage)), mul(noise, perImage(ofNoise)));

  const prediction = network({
    xt: mixture("signal", "noiseShare"),
    t: graph.input("time", [batchSize]),
    ...(conditionPlanes > 0 && { condition: graph.input("condition", [batchSize, conditionPlanes, sizePx, sizePx]) }),
    ...(augmentationFeatures > 0 && { augmentation: graph.input("augmentation", [batchSize, augmentationFeatures]) }),
  });
  const errors = square(sub(prediction, mixture("targetImage", "targetNoise")));
  const loss = mean(mul(errors, perImage("weight")));

  const parameters = parametersOf(graph);
  const { gradients, norm } = clipByGlobalNorm(gradient(loss, parameters), GRADIENT_LIMIT);
  const learningRate = rate(options);
  adamW({ learningRate, weightDecay }).update(graph, { name: "adamw", parameters, gradients });
  exponentialMovingAverage(graph, parameters, emaDecay, { warmUp: AVERAGE_WARM_UP });
  return { graph, outputs: { loss, gradientNorm: norm } };
}

function rate({ learningRate: peak, warmupSteps: warmup, rateDecay, steps }: DiffusionStepOptions) {
  return cosine({ peak, steps, warmup, final: rateDecay === "constant" ? peak : 0 });
}
