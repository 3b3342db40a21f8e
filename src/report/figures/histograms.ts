import { figure } from "./figure.ts";
import { palette } from "./palette.ts";

/** Values of one source in a histogram. */
export interface HistogramSource {
  readonly name: string;
  readonly values: readonly number[];
  readonly colour: string;
  /** Filled and behind the others: what they are held against. */
  readonly filled: boolean;
}

/** Value below which this share of the sorted values lies. */
function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.round(share * (sorted.length - 1))] ?? 0;
}

/** Number of bins that suits the smallest source: more would show its chance, not its shape. */
function binCount(sources: readonly HistogramSource[]): number {
  const fewest = Math.min(...sources.map(({ values }) => values.length).filter((count) => count > 0));
  return Math.min(24, Math.max(6, Math.round(Math.sqrt(fewest))));
}

/** Share of the values in each of equally wide bins; what lies outside counts in the first and the last. */
function binShares(values: readonly number[], [low, high]: readonly [number, number], bins: number): number[] {
  const counts = new Array<number>(bins).fill(0);
  for (const value of values) {
    const bin = Math.floor(((value - low) / (high - low)) * bins);
    counts[Math.min(bins - 1, Math.max(0, bin))]! += 1 / values.length;
  }
  return counts;
}

/**
 * Histograms of several sources over one axis as SVG: shares of each source, so that unequal numbers compare.
 *
 * @param domain ends of the axis; without it the middle 99 % of all values
 * @param axisTitle quantity with its unit
 */
export function histograms(
  sources: readonly HistogramSource[],
  {
    label,
    axisTitle,
    domain,
    bins = binCount(sources),
    width = 280,
    height = 110,
  }: {
    label: string;
    axisTitle: string;
    domain?: readonly [number, number];
    bins?: number;
    width?: number;
    height?: number;
  },
): Promise<string> {
  const sorted = sources.flatMap(({ values }) => [...values]).sort((a, b) => a - b);
  let [low, high] = domain ?? [quantile(sorted, 0.005), quantile(sorted, 0.995)];
  if (!(high > low)) [low, high] = [low - 0.5, low + 0.5];
  const step = (high - low) / bins;
  const outlines = sources
    .filter(({ values }) => values.length > 0)
    .toSorted((a, b) => Number(b.filled) - Number(a.filled))
    .map((source) => {
      const shares = binShares(source.values, [low, high], bins);
      const corners = [...shares, 0].map((share, index) => ({ at: low + index * step, share }));
      return { ...source, corners: [{ at: low, share: 0 }, ...corners] };
    });
  const top = Math.max(0.01, ...outlines.flatMap(({ corners }) => corners.map(({ share }) => share)));
  const x = {
    field: "at",
    type: "quantitative",
    title: axisTitle,
    scale: { domain: [low, high], nice: false, zero: false },
    axis: { tickCount: 5, grid: false, labelFlush: true },
  };
  const y = { field: "share", type: "quantitative", scale: { domain: [0, top], nice: false }, axis: null };
  return figure({
    label,
    width,
    height,
    padding: { left: 10, right: 14, top: 6, bottom: 40 },
    layer: [
      {
        // Gives the axis also where no source has a value.
        data: { values: [low, high].map((at) => ({ at, share: 0 })) },
        mark: { type: "line", stroke: palette.soft, strokeWidth: 0.75 },
        encoding: { x, y },
      },
      ...outlines.flatMap(({ corners, colour, filled }) => {
        const data = { values: corners };
        const line = {
          data,
          mark: { type: "line", interpolate: "step-after", stroke: colour, strokeWidth: filled ? 1 : 1.75 },
          encoding: { x, y },
        };
        const area = {
          data,
          mark: { type: "area", interpolate: "step-after", fill: palette.soft, opacity: 0.28 },
          encoding: { x, y },
        };
        return filled ? [area, line] : [line];
      }),
    ],
  });
}
