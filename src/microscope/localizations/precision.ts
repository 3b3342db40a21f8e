/** One spot in a camera image. */
export interface SpotSettings {
  /** Standard deviation of the point-spread function, in nm. */
  readonly sigmaNm: number;
  readonly pixelSizeNm: number;
  /** Photons of the spot, N. */
  readonly photons: number;
  /** Mean background per pixel, in photons; its noise has this as variance. */
  readonly backgroundPhotons: number;
}

/** σa² = σ² + a²/12: variance of the spot with that of the pixel. */
const spotVariance = ({ sigmaNm, pixelSizeNm }: SpotSettings) => sigmaNm ** 2 + pixelSizeNm ** 2 / 12;

/**
 * Standard deviation of a position found by least squares, in nm: √[σa²/N + 8π σ⁴ b / (a² N²)].
 *
 * Too good by a third or so, since it is a fit of the centre alone (Mortensen et al. 2010); kept because programs report it.
 *
 * @see Thompson, Larson & Webb, Biophys. J. 82, 2775 (2002), eq. 17
 */
export function thompsonPrecisionNm(spot: SpotSettings): number {
  const { sigmaNm, pixelSizeNm, photons, backgroundPhotons } = spot;
  return Math.sqrt(
    spotVariance(spot) / photons + (8 * Math.PI * sigmaNm ** 4 * backgroundPhotons) / (pixelSizeNm ** 2 * photons ** 2),
  );
}

/**
 * Standard deviation of a position found by an unweighted fit of a Gaussian, in nm: √[σa²/N · (16/9 + 8π σa² b / (N a²))].
 *
 * @see Mortensen, Churchman, Spudich & Flyvbjerg, Nat. Methods 7, 377 (2010), eq. 6
 */
export function mortensenPrecisionNm(spot: SpotSettings): number {
  const { pixelSizeNm, photons, backgroundPhotons } = spot;
  const variance = spotVariance(spot);
  return Math.sqrt(
    (variance / photons) * (16 / 9 + (8 * Math.PI * variance * backgroundPhotons) / (photons * pixelSizeNm ** 2)),
  );
}

/**
 * Standard deviation of a position found by maximum likelihood, in nm: √[σa²/N · (1 + 4τ + √(2τ / (1 + 4τ)))] with
 * τ = 2π σa² b / (N a²); the best that an unbiased fit can do.
 *
 * A closed form within 4 % of Mortensen's integral (their eq. 5).
 *
 * @see Rieger & Stallinga, ChemPhysChem 15, 664 (2014), eq. 3
 */
export function likelihoodPrecisionNm(spot: SpotSettings): number {
  const { pixelSizeNm, photons, backgroundPhotons } = spot;
  const variance = spotVariance(spot);
  const tau = (2 * Math.PI * variance * backgroundPhotons) / (photons * pixelSizeNm ** 2);
  return Math.sqrt((variance / photons) * (1 + 4 * tau + Math.sqrt((2 * tau) / (1 + 4 * tau))));
}
