import type { Plane } from "../core/plane.ts";
import { requireSameSize } from "../image/require-same-size.ts";

/** How a prediction is brought to the grey levels of its target: `gain · value + offset`. */
export interface AffineFit {
  readonly gain: number;
  readonly offset: number;
}

/**
 * The gain and offset that bring a prediction nearest to its target in the least-squares sense.
 *
 * gain = cov(prediction, target) / var(prediction), offset = mean(target) − gain · mean(prediction). A network that was trained on
 * normalised images knows shapes but no grey levels; without the fit, PSNR and SSIM would judge those. The gain is negative when a
 * prediction is a negative of its target: then the fit hides a gross fault, so look at it. A prediction of one value has gain 0.
 *
 * @throws {@link ShapeError} when the sizes differ
 * @see Weigert et al., Nat. Methods 15, 1090–1097 (2018), Methods, "Evaluation": scale and offset by minimal mean squared error
 */
export function affineFit(target: Plane, prediction: Plane): AffineFit {
  requireSameSize("affineFit", target, prediction);
  const pixels = target.data.length;
  const meanTarget = target.data.reduce((sum, value) => sum + value, 0) / pixels;
  const meanPrediction = prediction.data.reduce((sum, value) => sum + value, 0) / pixels;
  let covariance = 0;
  let variance = 0;
  for (let i = 0; i < pixels; i++) {
    const deviation = prediction.data[i]! - meanPrediction;
    covariance += deviation * (target.data[i]! - meanTarget);
    variance += deviation * deviation;
  }
  const gain = variance > 0 ? covariance / variance : 0;
  return { gain, offset: meanTarget - gain * meanPrediction };
}

/** The prediction on the grey levels of its target: `gain · value + offset`. */
export function affineFitted({ data, height, width }: Plane, { gain, offset }: AffineFit): Plane {
  return { data: data.map((value) => gain * value + offset), height, width };
}
