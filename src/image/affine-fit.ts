import type { Plane } from "../core/plane.ts";
import { requireSameSize } from "./require-same-size.ts";

/** How one plane is brought to the grey levels of another, its target: `gain · value + offset`. */
export interface AffineFit {
  readonly gain: number;
  readonly offset: number;
}

/** What is known of the two beforehand. */
export interface AffineFitOptions {
  /** Smallest gain that can be: 0 where light only adds. */
  readonly leastGain?: number;
}

/**
 * The gain and offset that bring a prediction nearest to its target in the least-squares sense.
 *
 * gain = cov(prediction, target) / var(prediction), offset = mean(target) − gain · mean(prediction). A network that was trained on
 * normalised images knows shapes but no grey levels; without the fit, PSNR and SSIM would judge those. The gain is negative when a
 * prediction is a negative of its target: then the fit hides a gross fault, so look at it. A prediction of one value has gain 0.
 *
 * @returns with the mean square that the fit leaves over, the standard error of the gain were that noise of single pixels, and the mean of the prediction
 * @throws {@link ShapeError} when the sizes differ
 * @see Weigert et al., Nat. Methods 15, 1090–1097 (2018), Methods, "Evaluation": scale and offset by minimal mean squared error
 */
export function affineFit(
  target: Plane,
  prediction: Plane,
  { leastGain = Number.NEGATIVE_INFINITY }: AffineFitOptions = {},
): AffineFit & { readonly meanSquare: number; readonly gainError: number; readonly meanPrediction: number } {
  requireSameSize("affineFit", target, prediction);
  const pixels = target.data.length;
  const meanTarget = target.data.reduce((sum, value) => sum + value, 0) / pixels;
  const meanPrediction = prediction.data.reduce((sum, value) => sum + value, 0) / pixels;
  let [covariance, variance, targetVariance] = [0, 0, 0];
  for (let i = 0; i < pixels; i++) {
    const deviation = prediction.data[i]! - meanPrediction;
    const wanted = target.data[i]! - meanTarget;
    covariance += deviation * wanted;
    variance += deviation * deviation;
    targetVariance += wanted * wanted;
  }
  const gain = Math.max(leastGain, variance > 0 ? covariance / variance : 0);
  const meanSquare = (targetVariance - gain * (2 * covariance - gain * variance)) / pixels;
  const gainError = variance > 0 ? Math.sqrt(Math.max(0, meanSquare) / variance) : Number.POSITIVE_INFINITY;
  return { gain, offset: meanTarget - gain * meanPrediction, meanSquare, gainError, meanPrediction };
}

/** The prediction on the grey levels of its target: `gain · value + offset`. */
export function affineFitted({ data, height, width }: Plane, { gain, offset }: AffineFit): Plane {
  return { data: data.map((value) => gain * value + offset), height, width };
}
