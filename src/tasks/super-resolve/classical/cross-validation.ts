import type { Plane } from "../../../core/plane.ts";

/** What a linear filter makes of cosine coefficient `[v, u]`: a factor, 0…1. */
export type FilterGain = (v: number, u: number) => number;

/**
 * Score by which a linear filter's strength can be chosen from the noisy image alone, without knowing its noise: N Σ (1 − g)² y² / (Σ (1 − g))².
 * In expectation its minimum is close to that of the error against the noiseless (blurred) image. It holds for white noise.
 *
 * @param coefficients cosine coefficients of the image, `dct2`
 * @see Golub, Heath & Wahba, "Generalized cross-validation as a method for choosing a good ridge parameter", Technometrics 21, 215 (1979), eq. 1.4
 */
export function crossValidation({ data, height, width }: Plane, gain: FilterGain): number {
  let [residual, freedom] = [0, 0];
  for (let v = 0; v < height; v++)
    for (let u = 0; u < width; u++) {
      const lost = 1 - gain(v, u);
      residual += (lost * data[v * width + u]!) ** 2;
      freedom += lost;
    }
  return (data.length * residual) / freedom ** 2;
}

/** The candidate with the smallest score. */
export function smallest(candidates: readonly number[], score: (candidate: number) => number): number {
  let best = { candidate: candidates[0]!, score: Number.POSITIVE_INFINITY };
  for (const candidate of candidates) {
    const value = score(candidate);
    if (value < best.score) best = { candidate, score: value };
  }
  return best.candidate;
}

/** Coefficients times their factors. */
export function filtered({ data, height, width }: Plane, factor: FilterGain): Plane {
  return { data: data.map((value, i) => value * factor(Math.floor(i / width), i % width)), height, width };
}
