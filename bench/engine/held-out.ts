import { AUGMENTATION_FEATURES } from "../../src/generators/diffusion/augmentation.ts";
import { denoise } from "../../src/generators/diffusion/network.ts";
import { diffusionStep } from "../../src/generators/diffusion/step.ts";
import { diffusionUnetPresets } from "../../src/nn/networks/index.ts";
import { superResolverStep } from "../../src/tasks/super-resolve/step.ts";
import { type Row, trainingStep } from "./row.ts";

const superResolver = () => superResolverStep({ network: "gated", scale: 2, steps: 100, cropPx: 64, batchSize: 8 });

const smallDenoiser = () =>
  diffusionStep({
    network: (inputs) =>
      denoise(
        inputs,
        { network: diffusionUnetPresets.laptop64, conditionPlanes: 0 },
        { mode: "train", augmentationFeatures: AUGMENTATION_FEATURES },
      ),
    batchSize: 8,
    channels: 1,
    sizePx: 64,
    conditionPlanes: 0,
    augmentationFeatures: AUGMENTATION_FEATURES,
    learningRate: 1e-3,
    warmupSteps: 1,
    rateDecay: "constant",
    steps: 100,
    weightDecay: 0,
    emaDecay: 0.99,
  });

/**
 * Training steps of the recipe `super-resolve`, without a peer. The estimator saw neither while its shares were read off, so they tell how good it
 * is; run only when asked for by name.
 */
export const superResolverRows: Readonly<Record<string, Row>> = {
  "Super-resolver, gated, ×2 training step, 8×1×64²": {
    ours: (options) => trainingStep(superResolver(), options),
    steps: () => [superResolver()],
  },
};

/** See {@link superResolverRows}. */
export const smallDenoiserRows: Readonly<Record<string, Row>> = {
  "Small denoiser training step, 8×1×64²": {
    ours: (options) => trainingStep(smallDenoiser(), options),
    steps: () => [smallDenoiser()],
  },
};
