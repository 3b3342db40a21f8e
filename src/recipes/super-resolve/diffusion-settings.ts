import type { DiffusionFitOptions } from "../../generators/diffusion/fit.ts";
import { diffusionUnetPresets } from "../../nn/networks/diffusion-unet.ts";
import type { SuperResolveRecipe } from "./recipe.ts";

/** The network that can begin with the package's prior: worth more, at every edge, than a larger one that begins with nothing (docs/results.md). */
const withPrior = diffusionUnetPresets.laptop64;

/** Networks that begin with nothing, by the edge of a patch. */
const fromNothing = {
  64: diffusionUnetPresets.laptop64,
  96: diffusionUnetPresets.laptop96,
  128: diffusionUnetPresets.laptop128,
} as const;

/** Probability of each of the changes that the network is told about and never draws; many, since fields are few. */
export const TOLD_AUGMENTATION = 0.12;

/** Network and rates of the recipe's diffusion model. */
export function diffusionSettings({
  generator,
}: SuperResolveRecipe): Required<Pick<DiffusionFitOptions, "network" | "batchSize" | "learningRate">> {
  const network = generator.pretrained ? withPrior : fromNothing[generator.patchPx];
  return { network, batchSize: 8, learningRate: 1e-3 };
}
