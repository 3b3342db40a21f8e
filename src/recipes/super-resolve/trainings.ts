import { AUGMENTATION_FEATURES } from "../../generators/diffusion/augmentation.ts";
import { type DenoiserSettings, denoise } from "../../generators/diffusion/network.ts";
import { cosine } from "../../generators/diffusion/schedules/index.ts";
import { diffusionStep } from "../../generators/diffusion/step.ts";
import { superResolverStep } from "../../tasks/super-resolve/step.ts";
import { diffusionSettings } from "./diffusion-settings.ts";
import type { SuperResolveRecipe } from "./recipe.ts";

/** Pairs of a super-resolver's training step. */
export const BATCH_SIZE = { superResolver: 8 };

/** The recipe's denoiser. */
export function denoiserSettings(recipe: SuperResolveRecipe): DenoiserSettings {
  const { network } = diffusionSettings(recipe);
  return { network, conditionPlanes: 0, sizePx: recipe.generator.patchPx, schedule: cosine(), prediction: "velocity" };
}

/** Steps of the recipe's trainings, as large as the real ones; rates and lengths do not matter to what they cost. */
export function superResolveTrainings(recipe: SuperResolveRecipe) {
  const { patchPx } = recipe.generator;
  const { batchSize, learningRate } = diffusionSettings(recipe);
  return {
    diffusion: diffusionStep({
      network: (inputs) =>
        denoise(inputs, denoiserSettings(recipe), { mode: "train", augmentationFeatures: AUGMENTATION_FEATURES }),
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
    }),
    superResolver: superResolverStep({
      network: recipe.superResolver.network,
      scale: recipe.scale,
      steps: 100,
      cropPx: patchPx,
      batchSize: BATCH_SIZE.superResolver,
    }),
  };
}
