import type { Plane } from "../../core/plane.ts";
import type { WorkOptions } from "../../core/progress.ts";
import type { Random } from "../../core/random.ts";
import { type Tensor, tensor } from "../../core/tensor.ts";
import { augmented } from "../../data/augmentation.ts";
import { canonicalOfImage, unitToNetwork } from "../../data/canonical-image.ts";
import { cropPair } from "../../data/crop.ts";
import type { Dataset } from "../../data/dataset.ts";
import type { DeviceName } from "../../engine/devices.ts";
import { gradient } from "../../engine/gradient.ts";
import { createGraph } from "../../engine/graph.ts";
import { adamW } from "../../engine/optimizers/adam-w.ts";
import { oneCycle } from "../../engine/schedules.ts";
import { compileStep, initialState, type State, type StepGraph } from "../../engine/step.ts";
import { type TrainingCurves, train } from "../../engine/train.ts";
import { instanceMaps } from "../../image/instance-maps.ts";
import { parametersOf } from "../../nn/parameters.ts";
import { mapLoss } from "./map-loss.ts";
import { MAP_NAMES, segmenterLogits } from "./network.ts";

/** How the segmenter is trained. The defaults are those of every arm, so that arms differ in their data alone. */
export interface SegmentFitOptions extends WorkOptions {
  readonly random: Random;
  readonly steps?: number;
  readonly batchSize?: number;
  /** Edge of the square training crops, in canonical pixels. */
  readonly cropPx?: number;
  readonly peakLearningRate?: number;
  /** Where the training is kept, so that it continues after a kill. */
  readonly checkpointFile?: string;
  readonly threads?: number;
  /** Where to compute; `chooseDevice` tells what works here. */
  readonly device?: DeviceName;
}

/** A trained segmenter: the state of the network that {@link segmenterLogits} describes. */
export interface SegmentModel {
  readonly state: State;
  readonly curves: TrainingCurves;
  readonly steps: number;
  readonly seconds: number;
}

/**
 * Segmenter trained on canonical images with instance labels.
 *
 * Loss: cross-entropy on foreground and border plus twice the L1 distance of the distance map; AdamW on a one-cycle schedule
 * (Smith & Topin 2018). Every step draws its crops from its own random stream, so a continued training sees the same crops.
 *
 * @param pairs canonical images (see `canonical-image.ts`) with instances; smaller images than the crop are padded by reflection
 */
export async function fitSegmenter(pairs: Dataset, options: SegmentFitOptions): Promise<SegmentModel> {
  const {
    random,
    steps = 600,
    batchSize = 6,
    cropPx = 96,
    peakLearningRate = 3e-3,
    threads = 1,
    device = "cpu",
  } = options;
  const started = performance.now();
  const step = await compileStep(segmenterStep({ batchSize, cropPx, peakLearningRate, steps }), { threads, device });
  const state = initialState([step.graph], random.fork("weights"));
  const draw = crops(pairs, cropPx);
  const curves = await train({
    ...options,
    state,
    steps,
    random: random.fork("steps"),
    step: async (_index, context) => {
      const { image, maps } = await draw(batchSize, context.random);
      const { outputs } = await step.run(state, { image, maps, rateScale: context.rateScale });
      return { loss: outputs.loss!.data[0]! };
    },
  });
  await step.release();
  return { state, curves, steps, seconds: (performance.now() - started) / 1000 };
}

/** Sizes and rate of a training step. */
export type SegmenterStepOptions = Required<
  Pick<SegmentFitOptions, "batchSize" | "cropPx" | "peakLearningRate" | "steps">
>;

/** The training step as a graph: image `[N, 1, H, W]` and maps `[N, 3, H, W]` in, loss out, parameters updated. */
export function segmenterStep({ batchSize, cropPx, peakLearningRate, steps }: SegmenterStepOptions): StepGraph {
  const graph = createGraph();
  const image = graph.input("image", [batchSize, 1, cropPx, cropPx]);
  const maps = graph.input("maps", [batchSize, MAP_NAMES.length, cropPx, cropPx]);
  const loss = mapLoss(segmenterLogits(image, "train"), maps);
  const parameters = parametersOf(graph);
  adamW({ learningRate: oneCycle({ peak: peakLearningRate, steps }), weightDecay: 1e-2 }).update(graph, {
    name: "adamw",
    parameters,
    gradients: gradient(loss, parameters),
  });
  return { graph, outputs: { loss } };
}

/** How much the grey levels of training pictures vary: exposure and noise differ from image to image. */
const GREY_VARIATION = { gain: 0.35, gamma: 0.25, noise: 0.03 };

/** Canonical values end at 0 and 1, as those of real images do. */
function clipped(plane: Plane): Plane {
  return { ...plane, data: plane.data.map((value) => Math.min(1, Math.max(0, value))) };
}

/** Drawer of augmented random crops: images on the [-1, 1] scale, maps on 0…1. */
function crops(pairs: Dataset, cropPx: number) {
  return async (batchSize: number, random: Random): Promise<{ image: Tensor; maps: Tensor }> => {
    const pixels = cropPx * cropPx;
    const image = new Float32Array(batchSize * pixels);
    const maps = new Float32Array(batchSize * MAP_NAMES.length * pixels);
    for (let n = 0; n < batchSize; n++) {
      const item = await pairs.get(random.integer(pairs.length));
      const whole = { image: canonicalOfImage(item.image), labels: item.annotations.instances! };
      const pair = augmented(cropPair(whole, cropPx, random), random, GREY_VARIATION);
      image.set(unitToNetwork(clipped(pair.image)).data, n * pixels);
      const truth = instanceMaps(pair.labels);
      MAP_NAMES.forEach((name, channel) => {
        maps.set(truth[name].data, (n * MAP_NAMES.length + channel) * pixels);
      });
    }
    return {
      image: tensor(image, [batchSize, 1, cropPx, cropPx]),
      maps: tensor(maps, [batchSize, MAP_NAMES.length, cropPx, cropPx]),
    };
  };
}
