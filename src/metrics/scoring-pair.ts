import type { Plane } from "../core/plane.ts";
import { type AffineFit, affineFit, affineFitted } from "../image/affine-fit.ts";
import { percentile } from "../image/percentile.ts";

/** A target and a prediction on one scale, ready for `psnr`, `ssim` and the others. */
export interface ScoringPair {
  /** The target with its lower percentile at 0 and its upper one at 1, not clipped. */
  readonly target: Plane;
  /** The prediction after its affine fit to that target. */
  readonly prediction: Plane;
  /** The fit that was made: of the prediction as handed over to the normalised target. */
  readonly fit: AffineFit;
  /** 1: the percentiles of the target span the unit scale. */
  readonly dataRange: 1;
}

/**
 * Target and prediction as CARE scores them: the target normalised by percentiles, the prediction fitted to it.
 *
 * The target becomes (v − p_low) / (p_high − p_low); the prediction gets the gain and offset of least squared error to that. A
 * target whose percentiles coincide is divided by 1. Defaults are those of CSBDeep's evaluation.
 *
 * @param options.low lower percentile
 * @param options.high upper percentile
 * @throws {@link ShapeError} when the sizes differ
 * @see Weigert et al., Nat. Methods 15, 1090–1097 (2018), Methods
 * @example
 * const { target, prediction, dataRange } = scoringPair(truth, restored);
 * const decibels = psnr(target, prediction, { dataRange });
 */
export function scoringPair(
  truth: Plane,
  restored: Plane,
  { low = 0.1, high = 99.9 }: { low?: number; high?: number } = {},
): ScoringPair {
  const black = percentile(truth, low);
  const span = percentile(truth, high) - black || 1;
  const target = { ...truth, data: truth.data.map((value) => (value - black) / span) };
  const { gain, offset } = affineFit(target, restored);
  const fit = { gain, offset };
  return { target, prediction: affineFitted(restored, fit), fit, dataRange: 1 };
}
