/** Fit of the law of largest values: P(X ≤ x) = exp(−e^(−(x − location)/scale)). */
export interface GumbelFit {
  readonly location: number;
  readonly scale: number;
}

/** Fewer values than this cannot be extrapolated. */
const fewestValues = 5;

/** Quantile of the normal distribution that 95 % lie below. */
const oneSided95 = 1.645;

/**
 * Gumbel's law of a sample, by maximum likelihood: scale = x̄ − Σ x e^(−x/scale) / Σ e^(−x/scale).
 *
 * @see Johnson, Kotz & Balakrishnan, "Continuous univariate distributions" vol. 2, 1995, section 22.9.2
 */
export function gumbelFit(values: ArrayLike<number>): GumbelFit {
  const list = Array.from(values);
  const mean = list.reduce((sum, value) => sum + value, 0) / list.length;
  const lowest = list.reduce((a, b) => Math.min(a, b));
  const excess = (scale: number) => {
    let [weight, moment] = [0, 0];
    for (const value of list) {
      const w = Math.exp(-(value - lowest) / scale);
      weight += w;
      moment += w * value;
    }
    return { weight, miss: mean - moment / weight - scale };
  };
  // The equation falls from x̄ − min > 0 at scale 0 to −∞, and crosses zero once.
  let [low, high] = [0, Math.max(mean - lowest, Number.MIN_VALUE)];
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (middle > 0 && excess(middle).miss > 0) low = middle;
    else high = middle;
  }
  const scale = high;
  return { scale, location: lowest - scale * Math.log(excess(scale).weight / list.length) };
}

/**
 * Height that none of `count` further values should exceed, with probability 1 − `level`.
 *
 * Best matches are largest values, so their law is extrapolated as Gumbel's, at the upper 95 % bounds of location and
 * scale (standard errors 1.053 and 0.780 times scale/√n). Ranks alone could not condemn a single image: among 200 it
 * would take thousands of held-out ones.
 *
 * @param independent how many of the values are independent: groups, where values come in groups
 * @returns infinity when fewer than five values are independent
 * @see Coles, "An introduction to statistical modeling of extreme values", 2001, section 3.3
 */
export function gumbelLimit(
  nullValues: ArrayLike<number>,
  count: number,
  { level = 0.01, independent = nullValues.length }: { level?: number; independent?: number } = {},
): number {
  if (independent < fewestValues) return Number.POSITIVE_INFINITY;
  const { location, scale } = gumbelFit(nullValues);
  const upperScale = scale / (1 - (oneSided95 * 0.78) / Math.sqrt(independent));
  const upperLocation = location + (oneSided95 * 1.053 * scale) / Math.sqrt(independent);
  const reach = -Math.log(-Math.log1p(-level) / count); // −ln(−ln((1 − level)^(1/count)))
  return upperLocation + upperScale * reach;
}
