import type { Descriptors } from "./descriptors.ts";

/** One descriptor as a plain list of numbers per image: how it is called, its unit, and where to find it. */
export interface DescriptorEntry {
  readonly name: string;
  readonly unit: string;
  readonly of: (descriptors: Descriptors) => readonly number[];
}

/** All descriptors in the order in which a microscopist asks for them. */
export const descriptorTable = [
  { name: "diameter", unit: "px", of: (d) => d.diameterPx },
  { name: "aspect", unit: "", of: (d) => d.aspect },
  { name: "irregularity", unit: "", of: (d) => d.irregularity },
  { name: "brightness", unit: "of a typical nucleus", of: (d) => d.level },
  { name: "nearest neighbour", unit: "px", of: (d) => d.spacingPx },
  { name: "coverage", unit: "share of area", of: (d) => [d.coverage] },
  { name: "density", unit: "objects in 100 × 100 px", of: (d) => [d.density] },
  { name: "touching", unit: "share of objects", of: (d) => [d.touchingShare] },
  { name: "background noise", unit: "of a typical nucleus", of: (d) => [d.backgroundNoise] },
  { name: "nuclear noise", unit: "of a typical nucleus", of: (d) => [d.nuclearNoise] },
  { name: "blur", unit: "px", of: (d) => [d.edgePx] },
  { name: "texture", unit: "of a typical nucleus", of: (d) => [d.texture] },
  { name: "texture skewness", unit: "", of: (d) => [d.textureSkew] },
  { name: "dome", unit: "middle over rim", of: (d) => [d.dome] },
  { name: "halo", unit: "of a typical nucleus", of: (d) => [d.halo] },
  { name: "background drift", unit: "of a typical nucleus", of: (d) => [d.drift] },
] as const satisfies readonly DescriptorEntry[];

/** How far simulated images are from real ones in one descriptor. */
export interface DescriptorComparison {
  readonly name: string;
  readonly unit: string;
  /** Medians over objects, or over images. */
  readonly real: number;
  readonly simulated: number;
  /** Wasserstein-1 distance of the two distributions in standard deviations of the real one; 0 is equal. */
  readonly distance: number;
}

/** Area between the quantile functions of two samples: Wasserstein-1 distance, in the unit of the values. */
function wasserstein(a: readonly number[], b: readonly number[]): number {
  const [x, y] = [[...a].sort((m, n) => m - n), [...b].sort((m, n) => m - n)];
  let [i, j, position, sum] = [0, 0, 0, 0];
  while (i < x.length && j < y.length) {
    const next = Math.min((i + 1) / x.length, (j + 1) / y.length);
    sum += (next - position) * Math.abs(x[i]! - y[j]!);
    position = next;
    if ((i + 1) / x.length <= next) i++;
    if ((j + 1) / y.length <= next) j++;
  }
  return sum;
}

function summary(values: readonly number[]): { median: number; deviation: number } {
  const sorted = [...values].sort((a, b) => a - b);
  const mean = sorted.reduce((sum, value) => sum + value, 0) / sorted.length;
  const variance = sorted.reduce((sum, value) => sum + (value - mean) ** 2, 0) / sorted.length;
  return { median: sorted[sorted.length >> 1] ?? Number.NaN, deviation: Math.sqrt(variance) };
}

const meanOf = (rows: readonly (readonly number[])[]) =>
  rows[0]!.map((_, k) => rows.reduce((sum, row) => sum + row[k]!, 0) / rows.length);

/**
 * Distances between two sets of images, descriptor by descriptor.
 *
 * Besides the table: `"histogram"` (distance of the mean histograms, in canonical values) and `"power spectrum"` (mean absolute
 * difference in decades).
 */
export function compareDescriptors(
  real: readonly Descriptors[],
  simulated: readonly Descriptors[],
): DescriptorComparison[] {
  const samples = (all: readonly Descriptors[], of: DescriptorEntry["of"]) => all.flatMap(of).filter(Number.isFinite);
  const rows = descriptorTable.map(({ name, unit, of }): DescriptorComparison => {
    const [a, b] = [samples(real, of), samples(simulated, of)];
    const [summaryA, summaryB] = [summary(a), summary(b)];
    const distance = a.length > 0 && b.length > 0 ? wasserstein(a, b) / (summaryA.deviation || 1) : Number.NaN;
    return { name, unit, real: summaryA.median, simulated: summaryB.median, distance };
  });
  const [histogramA, histogramB] = [real, simulated].map((all) => meanOf(all.map((d) => d.histogram)));
  let [gap, area] = [0, 0];
  histogramA!.forEach((share, k) => {
    gap += share - histogramB![k]!;
    area += Math.abs(gap) / histogramA!.length;
  });
  const middle = (shares: readonly number[]) =>
    shares.reduce((sum, share, k) => sum + (share * (k + 0.5)) / shares.length, 0);
  rows.push({
    name: "histogram",
    unit: "canonical value",
    real: middle(histogramA!),
    simulated: middle(histogramB!),
    distance: area,
  });
  const [spectrumA, spectrumB] = [real, simulated].map((all) => meanOf(all.map((d) => d.powerSpectrum)));
  const decades = spectrumA!.map((value, k) => Math.abs(value - spectrumB![k]!)).filter(Number.isFinite);
  const average = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  rows.push({
    name: "power spectrum",
    unit: "decades",
    real: average(spectrumA!.filter(Number.isFinite)),
    simulated: average(spectrumB!.filter(Number.isFinite)),
    distance: average(decades),
  });
  return rows;
}
