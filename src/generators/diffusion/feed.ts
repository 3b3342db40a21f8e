/** What a training step is fed: arrays for the inputs that {@link diffusionStep} names. */

import type { Random } from "../../core/random.ts";
import { type Tensor, tensor } from "../../core/tensor.ts";
import type { Inputs } from "../../engine/step.ts";
import { AUGMENTATION_FEATURES, type TrainingPatch } from "./augmentation.ts";
import { labelConditions } from "./condition.ts";
import { type LossWeightingName, lossWeightings } from "./loss-weighting.ts";
import { type DenoiserSettings, networkTime } from "./network.ts";
import { noiseLevel } from "./noise-level.ts";
import { targetCoefficients } from "./prediction.ts";

/** Pictures on the [-1, 1] scale and unit noise, `[N, 1, sizePx, sizePx]` each. */
export function pictureInputs(patches: readonly TrainingPatch[], sizePx: number, random: Random): Inputs {
  const shape = [patches.length, 1, sizePx, sizePx];
  const pixels = sizePx * sizePx;
  const images = new Float32Array(patches.length * pixels);
  const noise = new Float32Array(patches.length * pixels);
  patches.forEach(({ image }, n) => {
    for (let i = 0; i < pixels; i++) images[n * pixels + i] = 2 * image.data[i]! - 1;
  });
  for (let i = 0; i < noise.length; i++) noise[i] = random.normal();
  return { images: tensor(images, shape), noise: tensor(noise, shape) };
}

/** Conditions of the pictures' labels, `[N, K, sizePx, sizePx]`, each withheld with a probability. */
export function conditionInput(
  patches: readonly TrainingPatch[],
  sizePx: number,
  { dropout, random }: { readonly dropout: number; readonly random: Random },
): Tensor {
  return labelConditions(
    patches.map(({ labels }) => (random.uniform() < dropout ? undefined : labels)),
    sizePx,
  );
}

/** How the pictures were augmented, `[N, A]`. */
export function augmentationInput(patches: readonly TrainingPatch[]): Tensor {
  const data = new Float32Array(patches.length * AUGMENTATION_FEATURES);
  patches.forEach(({ augmentation }, n) => {
    data.set(augmentation, n * AUGMENTATION_FEATURES);
  });
  return tensor(data, [patches.length, AUGMENTATION_FEATURES]);
}

/**
 * Random timesteps and all that follows from them, `[N]` each.
 *
 * The timesteps of a batch lie at equal distances, from a random first one on: each is still uniform, and the loss varies less from batch to
 * batch.
 *
 * @see Kingma et al., "Variational diffusion models", NeurIPS 2021, appendix I.1
 */
export function levelInputs(
  { schedule, prediction }: Pick<DenoiserSettings, "schedule" | "prediction">,
  weighting: LossWeightingName,
): (batchSize: number, random: Random) => Inputs {
  const weights = lossWeightings[weighting](schedule, prediction);
  const total = schedule.alphaBar.length;
  return (batchSize, random) => {
    const first = random.uniform();
    const timesteps = Array.from({ length: batchSize }, (_, n) => Math.floor(((first + n / batchSize) % 1) * total));
    const levels = timesteps.map((timestep) => noiseLevel(schedule, timestep));
    const targets = levels.map((level) => targetCoefficients(prediction, level));
    const perImage = (numbers: readonly number[]) => tensor(Float32Array.from(numbers), [batchSize]);
    return {
      time: perImage(timesteps.map((timestep) => networkTime(schedule, timestep))),
      signal: perImage(levels.map(({ signal }) => signal)),
      noiseShare: perImage(levels.map(({ noise }) => noise)),
      targetImage: perImage(targets.map(({ image }) => image)),
      targetNoise: perImage(targets.map(({ noise }) => noise)),
      weight: perImage(timesteps.map((timestep) => weights[timestep]!)),
    };
  };
}
