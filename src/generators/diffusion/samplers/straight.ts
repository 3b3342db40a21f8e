import type { NoiseLevel } from "../noise-level.ts";

/**
 * What is left of a noisy image, and how much of the predicted clean one comes in, when it goes straight to the clean
 * one until only σ' is left.
 *
 * Without the scale, with `x = noisy / signal`, that is `x' = (σ'/σ) · x + (1 − σ'/σ) · x₀`.
 *
 * @param sigma σ', that of `to` unless noise is going to be added
 * @see Song, Meng & Ermon, "Denoising diffusion implicit models", ICLR 2021, eq. 13; Karras et al., NeurIPS 2022,
 *   algorithm 1
 */
export function straight(from: NoiseLevel, to: NoiseLevel, sigma = to.sigma): { noisy: number; clean: number } {
  const kept = sigma / from.sigma;
  return { noisy: (kept * to.signal) / from.signal, clean: (1 - kept) * to.signal };
}
