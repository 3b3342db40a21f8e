import { DataError } from "../core/errors.ts";
import { histogram } from "../image/histogram.ts";
import { wasserstein1 } from "./wasserstein1.ts";

/**
 * How like real images synthetic ones are, descriptor by descriptor (object size, count, spacing, intensity, noise …),
 * from samples of the descriptor in either. A distance means something only beside that of real images among
 * themselves.
 */

/** Samples of one descriptor by source: `{ real: […], simulated: […], generated: […] }`. */
export type DescriptorSamples = Readonly<Record<string, readonly number[]>>;

/** Distances of one descriptor. */
export interface DescriptorDistances {
  /** Wasserstein-1 distance of each source to real, in standard deviations of real. */
  readonly distances: Readonly<Record<string, number>>;
  /** The same distance between two interleaved halves of real: what sampling alone makes. */
  readonly realFloor: number;
}

/**
 * Distance of every source's descriptor to the real one.
 *
 * @param samples values in any unit; the source named by `real` is the reference and does not appear among the
 * distances
 * @throws {@link DataError} when real has fewer than two values, or a source has none
 */
export function descriptorDistances(
  samples: DescriptorSamples,
  { real = "real" }: { real?: string } = {},
): DescriptorDistances {
  const reference = samples[real] ?? [];
  if (reference.length < 2)
    throw new DataError({
      where: `descriptorDistances "${real}"`,
      expected: "at least two real values",
      received: `${reference.length}`,
    });
  const unit = deviation(reference) || 1; // a constant descriptor is told in its own unit
  const distances = Object.entries(samples)
    .filter(([source]) => source !== real)
    .map(([source, values]) => [source, wasserstein1(values, reference) / unit]);
  // Halves of the sorted values, taken alternately, would be far too alike; in the order given they are as two draws.
  const half = (parity: number) => reference.filter((_, index) => index % 2 === parity);
  return { distances: Object.fromEntries(distances), realFloor: wasserstein1(half(0), half(1)) / unit };
}

/** Histograms of several samples over the same bins. */
export interface SharedHistograms {
  /** Limits of the bins, `[B + 1]`. */
  readonly edges: readonly number[];
  /** Share of each source's values in each bin, `[B]`; a source without values has zeros. */
  readonly shares: Readonly<Record<string, readonly number[]>>;
}

/**
 * Histograms of all sources over bins that span all their values, as shares, so that samples of different size
 * compare.
 */
export function sharedHistograms(samples: DescriptorSamples, { bins = 24 }: { bins?: number } = {}): SharedHistograms {
  const { edges } = histogram(Object.values(samples).flat(), { bins });
  const range = [edges[0]!, edges[bins]!] as const;
  const shares = Object.entries(samples).map(([source, values]) => {
    const { counts } = histogram(values, { bins, range });
    return [source, Array.from(counts, (count) => count / Math.max(1, values.length))];
  });
  return { edges: [...edges], shares: Object.fromEntries(shares) };
}

/** Standard deviation of a population. */
function deviation(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}
