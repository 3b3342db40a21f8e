/**
 * p-values after Holm's step-down correction: rejecting those at most α keeps the chance of any false rejection at
 * most α.
 *
 * The i-th smallest of m (i from 0) is multiplied by m − i; none may fall below a smaller one's, none exceeds 1.
 *
 * @param pValues one per comparison of the table, each in [0, 1]
 * @returns the corrected values in the order given
 * @see Holm, Scand. J. Statist. 6, 65–70 (1979)
 */
export function holm(pValues: readonly number[]): number[] {
  const ascending = pValues.map((_, index) => index).sort((a, b) => pValues[a]! - pValues[b]!);
  const corrected = pValues.map(() => 1);
  let largestSoFar = 0;
  ascending.forEach((index, rank) => {
    largestSoFar = Math.max(largestSoFar, Math.min(1, (pValues.length - rank) * pValues[index]!));
    corrected[index] = largestSoFar;
  });
  return corrected;
}
