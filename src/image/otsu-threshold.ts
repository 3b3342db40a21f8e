import { histogram } from "./histogram.ts";
import { type Values, valuesOf } from "./percentile.ts";

/**
 * Grey level that best parts dark from bright pixels; pixels above it are bright.
 *
 * It maximises the variance between the two classes, ω₀ ω₁ (µ₀ − µ₁)², over the centres of the histogram's bins. A plane of
 * one grey level gives that level, so nothing lies above it.
 *
 * @param bins number of bins of the histogram
 * @see Otsu, IEEE Trans. Syst. Man Cybern. 9, 62 (1979), equation 14
 */
export function otsuThreshold(values: Values, bins = 256): number {
  const numbers = valuesOf(values);
  const { counts, edges } = histogram(numbers, { bins });
  const centres = counts.map((_, i) => (edges[i]! + edges[i + 1]!) / 2);
  const total = counts.reduce((sum, count) => sum + count, 0);
  const totalMoment = counts.reduce((sum, count, i) => sum + count * centres[i]!, 0);

  let best = -1;
  let threshold = numbers[0] ?? 0;
  let below = 0;
  let momentBelow = 0;
  for (let i = 0; i < bins - 1; i++) {
    below += counts[i]!;
    momentBelow += counts[i]! * centres[i]!;
    const above = total - below;
    if (below === 0 || above === 0) continue;
    const difference = momentBelow / below - (totalMoment - momentBelow) / above;
    const variance = below * above * difference ** 2;
    if (variance > best) {
      best = variance;
      threshold = centres[i]!;
    }
  }
  return threshold;
}
