/**
 * Spearman's rank correlation: Pearson's of the ranks, equal values sharing their mean rank, as `scipy.stats.spearmanr`.
 *
 * @returns −1…1; `NaN` when either list is constant
 * @see Spearman, Am. J. Psychol. 15, 72 (1904)
 */
export function rankCorrelation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const [ranksA, ranksB] = [ranks(a), ranks(b)];
  const middle = (a.length - 1) / 2; // mean of all ranks, shared or not
  let [product, squaresA, squaresB] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    const [da, db] = [ranksA[i]! - middle, ranksB[i]! - middle];
    product += da * db;
    squaresA += da * da;
    squaresB += db * db;
  }
  return product / Math.sqrt(squaresA * squaresB);
}

/** Place of every value among all, from 0. */
function ranks(values: ArrayLike<number>): Float64Array {
  const order = Uint32Array.from({ length: values.length }, (_, i) => i).sort((i, j) => values[i]! - values[j]!);
  const result = new Float64Array(values.length);
  for (let from = 0; from < order.length; ) {
    let to = from + 1;
    while (to < order.length && values[order[to]!] === values[order[from]!]) to++;
    for (let k = from; k < to; k++) result[order[k]!] = (from + to - 1) / 2;
    from = to;
  }
  return result;
}
