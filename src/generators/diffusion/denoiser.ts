import type { Tensor } from "../../core/tensor.ts";
import type { NoiseSchedule } from "./noise-schedule.ts";

/**
 * What a network says about a noisy image: the noise in it (`epsilon`), the clean image (`x0`), or `velocity`, `√ᾱ · noise − √(1 − ᾱ) · image`.
 *
 * @see Salimans & Ho, "Progressive distillation for fast sampling of diffusion models", ICLR 2022, section 4
 */
export type Prediction = "epsilon" | "x0" | "velocity";

/** A trained network, or any other function that takes noise out of images. */
export interface Denoiser {
  readonly schedule: NoiseSchedule;
  readonly prediction: Prediction;
  /**
   * Reads noisy images `[N, C, H, W]`, all at one timestep, on the variance-preserving scale of {@link NoiseSchedule}.
   *
   * @param timestep 0…T−1, not necessarily an integer
   * @returns the prediction, of the same shape
   */
  predict(noisy: Tensor, timestep: number): Promise<Tensor>;
}
