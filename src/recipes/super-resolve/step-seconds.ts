import { random } from "../../core/random.ts";
import { zeros } from "../../core/tensor.ts";
import type { DeviceName } from "../../engine/devices.ts";
import { initialState } from "../../engine/step.ts";
import { AUGMENTATION_FEATURES } from "../../generators/diffusion/augmentation.ts";
import { denoise } from "../../generators/diffusion/network.ts";
import { openDiffusion } from "../../generators/diffusion/open-diffusion.ts";
import { samplers } from "../../generators/diffusion/samplers/index.ts";
import { cosine } from "../../generators/diffusion/schedules/index.ts";
import { diffusionStep } from "../../generators/diffusion/step.ts";
import { superResolverStep } from "../../tasks/super-resolve/step.ts";
import { stepSeconds } from "../step-seconds.ts";
import { diffusionSettings } from "./diffusion-settings.ts";
import type { SuperResolveSeconds } from "./plan.ts";
import type { SuperResolveRecipe } from "./recipe.ts";

/** Pairs of a super-resolver's training step. */
export const BATCH_SIZE = { superResolver: 8 };

/** Seconds that the recipe's trainings and images take here, with one thread. */
export async function superResolveSeconds(
  recipe: SuperResolveRecipe,
  device: DeviceName,
): Promise<SuperResolveSeconds> {
  const { patchPx, sampler, samplingSteps } = recipe.generator;
  const { network, batchSize, learningRate } = diffusionSettings(recipe);
  const settings = {
    network,
    conditionPlanes: 0,
    sizePx: patchPx,
    schedule: cosine(),
    prediction: "velocity",
  } as const;
  const step = diffusionStep({
    network: (inputs) => denoise(inputs, settings, { mode: "train", augmentationFeatures: AUGMENTATION_FEATURES }),
    batchSize,
    channels: 1,
    sizePx: patchPx,
    conditionPlanes: 0,
    augmentationFeatures: AUGMENTATION_FEATURES,
    learningRate,
    warmupSteps: 1,
    rateDecay: "constant",
    steps: 100,
    weightDecay: 0,
    emaDecay: 0.99,
  });
  const diffusion = await stepSeconds(step, device);
  const denoiser = await openDiffusion({ ...settings, state: initialState([step.graph], random(0)) }, { device });
  const noisy = zeros([denoiser.batchSize, 1, patchPx, patchPx]);
  await denoiser.predict(noisy, 500);
  const started = performance.now();
  await denoiser.predict(noisy, 500);
  const prediction = (performance.now() - started) / 1000 / denoiser.batchSize;
  await denoiser.release();
  const superResolver = await stepSeconds(
    superResolverStep({
      network: recipe.superResolver.network,
      scale: recipe.scale,
      steps: 100,
      cropPx: patchPx,
      batchSize: BATCH_SIZE.superResolver,
    }),
    device,
  );
  return {
    diffusion: diffusion * 1.1,
    superResolver: superResolver * 1.15,
    image: prediction * samplers[sampler]().evaluations(samplingSteps) * 1.1,
  };
}
