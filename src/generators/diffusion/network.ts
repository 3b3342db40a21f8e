import type { Value } from "../../engine/graph.ts";
import type { Mode } from "../../nn/layers.ts";
import { type DiffusionUnetConfig, type DiffusionUnetInputs, diffusionUnet } from "../../nn/networks/diffusion-unet.ts";
import { scope } from "../../nn/scope.ts";
import type { Prediction } from "./denoiser.ts";
import type { NoiseSchedule } from "./noise-schedule.ts";

/** Size and kind of a denoising network; what goes in and out is decided by the data. */
export type DiffusionNetwork = Omit<
  DiffusionUnetConfig,
  "inputChannels" | "outputChannels" | "conditionChannels" | "augmentationFeatures" | "mode"
>;

/** What a trained denoiser is, besides its numbers. */
export interface DenoiserSettings {
  readonly network: DiffusionNetwork;
  /** Edge of the square images that it was trained on and draws. */
  readonly sizePx: number;
  /** Planes of a condition that say what to draw; 0 for none. */
  readonly conditionPlanes: number;
  readonly schedule: NoiseSchedule;
  readonly prediction: Prediction;
}

/** Begins the names of the network's weights. */
export const DENOISER = "denoiser";

/**
 * Prediction for noisy images `[N, 1, H, W]`. All images of this folder have one channel.
 *
 * @param augmentationFeatures length of the augmentation, which only training has: see {@link DiffusionUnetConfig}
 */
export function denoise(
  inputs: DiffusionUnetInputs,
  { network, conditionPlanes }: Pick<DenoiserSettings, "network" | "conditionPlanes">,
  { mode, augmentationFeatures = 0 }: { readonly mode: Mode; readonly augmentationFeatures?: number },
): Value {
  const channels = { inputChannels: 1, outputChannels: 1, conditionChannels: conditionPlanes };
  return diffusionUnet(scope(inputs.xt.graph, DENOISER), inputs, {
    ...network,
    ...channels,
    augmentationFeatures,
    mode,
  });
}

/** Time as the network is told it: from 0 to below 1000, however many timesteps a schedule has (Nichol & Dhariwal 2021, `rescale_timesteps`). */
export function networkTime(schedule: NoiseSchedule, timestep: number): number {
  return (1000 * timestep) / schedule.alphaBar.length;
}
