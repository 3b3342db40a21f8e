/** How far the kernel reaches, in standard deviations, as in `gaussianBlur`. */
const TRUNCATE = 4;

/**
 * What a Gaussian blur makes of each cosine coefficient (`dct2`) along an axis: factors from 1 downwards. With edges mirrored as `gaussianBlur`
 * mirrors them, cosines are its eigenvectors, so a blur is exactly a product with these factors.
 *
 * @param sigma standard deviation in pixels; 0 gives ones
 * @returns `[size]`
 * @see Strang, "The discrete cosine transform", SIAM Rev. 41, 135 (1999)
 */
export function gaussianResponse(size: number, sigma: number): Float64Array {
  if (sigma <= 0) return new Float64Array(size).fill(1);
  const radius = Math.floor(TRUNCATE * sigma + 0.5);
  const weights = Array.from({ length: radius + 1 }, (_, d) => Math.exp(-0.5 * (d / sigma) ** 2));
  const total = 2 * weights.reduce((sum, weight) => sum + weight, 0) - 1;
  return Float64Array.from(
    { length: size },
    (_, u) =>
      weights.reduce((sum, weight, d) => sum + (d === 0 ? 1 : 2) * weight * Math.cos((Math.PI * u * d) / size), 0) /
      total,
  );
}
