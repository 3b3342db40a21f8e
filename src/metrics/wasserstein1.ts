import { DataError } from "../core/errors.ts";

/**
 * Wasserstein-1 distance of two samples: how far, on average, values must move to turn one distribution into the other.
 *
 * The area between the two cumulative distributions, ∫ |F_a − F_b| dx, in the unit of the values; the samples may
 * differ in size.
 *
 * @throws {@link DataError} when a sample is empty or holds NaN
 */
export function wasserstein1(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const sortedA = Float64Array.from(a).sort();
  const sortedB = Float64Array.from(b).sort();
  // NaN sorts last.
  if (!(sortedA.length > 0 && sortedB.length > 0) || Number.isNaN(sortedA.at(-1)) || Number.isNaN(sortedB.at(-1)))
    throw new DataError({
      where: "wasserstein1",
      expected: "two samples of at least one number each",
      received: `${a.length} and ${b.length} values${a.length > 0 && b.length > 0 ? ", with NaN among them" : ""}`,
    });
  let area = 0;
  let i = 0;
  let j = 0;
  let here = Math.min(sortedA[0]!, sortedB[0]!);
  while (i < sortedA.length || j < sortedB.length) {
    const next = Math.min(sortedA[i] ?? Infinity, sortedB[j] ?? Infinity);
    area += Math.abs(i / sortedA.length - j / sortedB.length) * (next - here);
    while (sortedA[i] === next) i++;
    while (sortedB[j] === next) j++;
    here = next;
  }
  return area;
}
