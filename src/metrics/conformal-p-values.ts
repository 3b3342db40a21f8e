/**
 * One p-value per value: the share of the null, and the value itself, that is as high: (1 + #{null ≥ value}) / (n + 1).
 *
 * Exact for a value that is drawn as the null was, whatever the law; never below 1 / (n + 1).
 *
 * @see Vovk, Gammerman & Shafer, "Algorithmic learning in a random world", 2005, section 2.2
 */
export function conformalPValues(values: ArrayLike<number>, nullValues: ArrayLike<number>): number[] {
  const ascending = Float64Array.from(nullValues).sort();
  return Array.from(values, (value) => {
    let [low, high] = [0, ascending.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (ascending[middle]! >= value) high = middle;
      else low = middle + 1;
    }
    return (1 + ascending.length - low) / (ascending.length + 1);
  });
}
