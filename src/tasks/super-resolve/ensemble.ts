import { DataError } from "../../core/errors.ts";
import { emptyPlane, type Plane } from "../../core/plane.ts";
import { requireSameSize } from "../../image/require-same-size.ts";
import { rankCorrelation } from "../../metrics/rank-correlation.ts";
import { meanPlane, type ResolveOptions, type SuperResolver } from "./predict.ts";

/** What several networks say about one image. */
export interface EnsembleResult {
  readonly mean: Plane;
  /** Standard deviation over the networks (with n − 1), in the unit of the mean: large where they do not agree. */
  readonly disagreement: Plane;
}

/**
 * Mean and disagreement of several networks, trained from different random starts on the same data.
 *
 * Disagreement sees what is left open by the data. What all members have learned wrongly alike, from wrong training images, it cannot see.
 *
 * @returns `[H·scale, W·scale]` each
 * @throws {@link DataError} for fewer than two networks
 * @see Lakshminarayanan, Pritzel & Blundell, "Simple and scalable predictive uncertainty estimation using deep ensembles", NeurIPS 2017
 */
export async function resolveEnsemble(
  resolver: SuperResolver,
  low: Plane,
  options: ResolveOptions = {},
): Promise<EnsembleResult> {
  if (resolver.members < 2)
    throw new DataError({
      where: "resolveEnsemble",
      expected: "at least two networks",
      received: `${resolver.members}`,
      fix: "Train with other seeds and open all models together.",
    });
  return ensembleOf(await resolver.resolveEach(low, options));
}

/** Mean and standard deviation, pixel by pixel, of at least two planes of one size. */
export function ensembleOf(planes: readonly Plane[]): EnsembleResult {
  const mean = meanPlane(planes);
  const disagreement = emptyPlane(mean.height, mean.width);
  for (let i = 0; i < mean.data.length; i++) {
    const squares = planes.reduce((sum, { data }) => sum + (data[i]! - mean.data[i]!) ** 2, 0);
    disagreement.data[i] = Math.sqrt(squares / (planes.length - 1));
  }
  return { mean, disagreement };
}

/** How well disagreement foretells the error. */
export interface DisagreementCalibration {
  /** Spearman's rank correlation between disagreement and absolute error, −1…1: whether the doubtful places are the wrong ones. */
  readonly rankCorrelation: number;
  /** Root mean square of the disagreement over that of the error: 1 if it could be read as an error bar, smaller when it is too confident. */
  readonly spreadToError: number;
  /** Number of blocks compared. */
  readonly blocks: number;
}

/**
 * Disagreement against the actual error, where the truth is known.
 *
 * @param options.blockPx edge of the squares whose root mean squares are compared; 1 compares pixels, whose single errors are mostly chance
 * @throws {@link ShapeError} when sizes differ
 */
export function disagreementCalibration(
  { mean, disagreement }: EnsembleResult,
  truth: Plane,
  { blockPx = 4 }: { readonly blockPx?: number } = {},
): DisagreementCalibration {
  requireSameSize("disagreementCalibration", mean, truth);
  const error = { ...mean, data: mean.data.map((value, i) => value - truth.data[i]!) };
  const [spreads, errors] = [blockRms(disagreement, blockPx), blockRms(error, blockPx)];
  return {
    rankCorrelation: rankCorrelation(spreads, errors),
    spreadToError: rms(disagreement.data) / rms(error.data),
    blocks: errors.length,
  };
}

const rms = (values: Float32Array): number =>
  Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);

/** Root mean square of each whole square. */
function blockRms({ data, height, width }: Plane, edge: number): Float64Array {
  const [rows, columns] = [Math.floor(height / edge), Math.floor(width / edge)];
  const sums = new Float64Array(rows * columns);
  for (let y = 0; y < rows * edge; y++)
    for (let x = 0; x < columns * edge; x++)
      sums[Math.floor(y / edge) * columns + Math.floor(x / edge)]! += data[y * width + x]! ** 2;
  return sums.map((sum) => Math.sqrt(sum / edge ** 2));
}
