import { figure } from "./figure.ts";
import { seriesColour, seriesDash } from "./palette.ts";

/** Score against number of labelled images for one way of training. */
export interface LearningSeries {
  readonly name: string;
  readonly points: readonly {
    readonly labelledImages: number;
    readonly value: number;
    readonly low: number;
    readonly high: number;
  }[];
}

/**
 * Score against number of real labelled images as SVG, one line with its band per series.
 *
 * The axis is logarithmic with room for zero (symlog): the first few labelled images matter most.
 */
export function learningCurve(series: readonly LearningSeries[], { metric }: { metric: string }): Promise<string> {
  const values = series.flatMap(({ points }, index) =>
    points.map((point) => ({ ...point, series: index, colour: seriesColour(index) })),
  );
  const counts = [...new Set(values.map(({ labelledImages }) => labelledImages))].sort((a, b) => a - b);
  const x = {
    field: "labelledImages",
    type: "quantitative",
    title: "real labelled images used for training",
    scale: { type: "symlog", constant: 1, domain: [counts[0] ?? 0, counts.at(-1) ?? 1], nice: false },
    axis: { values: counts, grid: false, labelOverlap: true, labelFlush: false, format: "d" },
  };
  const y = (field: string) => ({
    field,
    type: "quantitative",
    title: null,
    scale: { zero: false, nice: true },
    axis: { tickCount: 5, grid: true },
  });
  const perSeries = series.flatMap((_, index) => {
    const data = { values: values.filter((value) => value.series === index) };
    const colour = seriesColour(index);
    return [
      {
        data,
        mark: { type: "area", fill: colour, opacity: 0.14 },
        encoding: { x, y: y("low"), y2: { field: "high" } },
      },
      {
        data,
        mark: { type: "line", stroke: colour, strokeWidth: 2, strokeDash: seriesDash(index) },
        encoding: { x, y: y("value") },
      },
      {
        data,
        mark: { type: "point", filled: true, fill: colour, size: 45, opacity: 1 },
        encoding: { x, y: y("value") },
      },
    ];
  });
  return figure({
    label: `${metric} against number of real labelled images`,
    width: 364,
    height: 220,
    padding: { left: 42, right: 14, top: 10, bottom: 42 },
    layer: perSeries,
  });
}
