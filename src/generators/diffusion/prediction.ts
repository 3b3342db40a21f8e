import type { Prediction } from "./denoiser.ts";
import type { NoiseLevel } from "./noise-level.ts";

/** A target of training as a mixture: `image · x₀ + noise · ε`. */
export interface TargetCoefficients {
  readonly image: number;
  readonly noise: number;
}

/** Shares of the image and of the noise that the level keeps. */
type Shares = Pick<NoiseLevel, "signal" | "noise">;

/** What each kind of prediction is made of, at a level. To add a kind: its line here. */
const mixtures: Readonly<Record<Prediction, (level: Shares) => TargetCoefficients>> = {
  epsilon: () => ({ image: 0, noise: 1 }),
  x0: () => ({ image: 1, noise: 0 }),
  velocity: ({ signal, noise }) => ({ image: -noise, noise: signal }),
};

/** Every kind of prediction. */
export const predictions = Object.keys(mixtures) as Prediction[];

/** What a network should say at a level: `image · x₀ + noise · ε` with these two numbers. */
export function targetCoefficients(prediction: Prediction, level: Shares): TargetCoefficients {
  return mixtures[prediction](level);
}

/**
 * Noisy images of a level: `signal · x₀ + noise · ε`.
 *
 * @param x0 clean images on the network's scale, any shape
 * @param eps unit noise, as long as `x0`
 * @see Ho, Jain & Abbeel, NeurIPS 2020, eq. 4
 */
export function addNoise(x0: Float32Array, eps: Float32Array, { signal, noise }: Shares): Float32Array {
  return x0.map((value, index) => signal * value + noise * eps[index]!);
}

/**
 * The same prediction in the words of another kind, such as the clean image that a predicted noise means.
 *
 * With `noisy = signal · x₀ + noise · ε` and `values = a · x₀ + b · ε` there are two equations for x₀ and ε; their
 * solution is put into the other mixture.
 *
 * @param values prediction of kind `from`
 * @param noisy the noisy images it was made for, as long as `values`
 * @returns prediction of kind `to`
 */
export function convertPrediction(
  values: Float32Array,
  noisy: Float32Array,
  { from, to, level }: { readonly from: Prediction; readonly to: Prediction; readonly level: Shares },
): Float32Array {
  if (from === to) return values.slice();
  const { signal, noise } = level;
  const given = mixtures[from](level);
  const wanted = mixtures[to](level);
  const determinant = signal * given.noise - noise * given.image;
  const ofNoisy = (wanted.image * given.noise - wanted.noise * given.image) / determinant;
  const ofValues = (wanted.noise * signal - wanted.image * noise) / determinant;
  return values.map((value, index) => ofNoisy * noisy[index]! + ofValues * value);
}
