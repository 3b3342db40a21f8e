/**
 * p-values adjusted for the false discovery rate: of those at most q, a share of at most q is expected to be false.
 *
 * The i-th smallest of m (i from 1) is multiplied by m / i; none may exceed a larger one's, none exceeds 1. Valid for
 * conformal p-values that share one null sample, which depend on each other positively.
 *
 * @returns the adjusted values in the order given
 * @see Benjamini & Hochberg, J. R. Statist. Soc. B 57, 289–300 (1995); Bates et al., Ann. Statist. 51, 149–178 (2023)
 */
export function benjaminiHochberg(pValues: readonly number[]): number[] {
  const descending = pValues.map((_, index) => index).sort((a, b) => pValues[b]! - pValues[a]!);
  const adjusted = pValues.map(() => 1);
  let smallestSoFar = 1;
  descending.forEach((index, place) => {
    const rank = pValues.length - place;
    smallestSoFar = Math.min(smallestSoFar, (pValues[index]! * pValues.length) / rank);
    adjusted[index] = smallestSoFar;
  });
  return adjusted;
}
