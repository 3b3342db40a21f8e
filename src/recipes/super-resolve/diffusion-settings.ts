import type { DiffusionFitOptions } from "../../generators/diffusion/fit.ts";
import { diffusionUnetPresets } from "../../nn/networks/diffusion-unet.ts";
import type { SuperResolveRecipe } from "./recipe.ts";

/** Networks by the edge of a patch. */
const networks = {
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
  return { network: networks[generator.patchPx], batchSize: 8, learningRate: 1e-3 };
}
