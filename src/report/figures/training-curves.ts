import { figure } from "./figure.ts";
import { palette, seriesColour } from "./palette.ts";

/** One loss term over a training; several runs (seeds) of it share the colour. */
export interface TrainingCurve {
  readonly name: string;
  readonly runs: readonly { readonly steps: number; readonly values: readonly number[] }[];
}

const points = 100;

/** Means over at most `points` equal windows: adversarial losses jump too much to be read point by point. */
function windowMeans(values: readonly number[]): number[] {
  const count = Math.min(points, values.length);
  return Array.from({ length: count }, (_, window) => {
    const part = values.slice(Math.floor((window * values.length) / count), Math.floor(((window + 1) * values.length) / count));
    return part.reduce((sum, value) => sum + value, 0) / part.length;
  });
}

/**
 * Losses against training step as SVG, one thin line per run. Logarithmic when every value is positive and they span a factor
 * of twenty or more.
 */
export function trainingCurves(curves: readonly TrainingCurve[], { label }: { label: string }): Promise<string> {
  const lines = curves.flatMap(({ runs }, index) =>
    runs.map(({ steps, values }) => {
      const means = windowMeans(values.filter(Number.isFinite));
      return {
        colour: seriesColour(index),
        faint: runs.length > 1,
        points: means.map((loss, window) => ({ step: ((window + 0.5) / means.length) * steps, loss })),
      };
    }),
  );
  const losses = lines.flatMap((line) => line.points.map(({ loss }) => loss));
  const low = Math.min(...losses);
  const isLogarithmic = low > 0 && Math.max(...losses) > 20 * low;
  const steps = Math.max(1, ...curves.flatMap(({ runs }) => runs.map((run) => run.steps)));
  const x = {
    field: "step",
    type: "quantitative",
    title: "training step",
    scale: { domain: [0, steps], nice: false },
    axis: { tickCount: 4, grid: false, labelFlush: true },
  };
  const y = {
    field: "loss",
    type: "quantitative",
    title: null,
    scale: isLogarithmic ? { type: "log", nice: false } : { zero: low >= 0, nice: true },
    axis: { tickCount: 4, grid: true, format: "~g" },
  };
  return figure({
    label,
    width: 250,
    height: 130,
    padding: { left: 40, right: 14, top: 8, bottom: 40 },
    layer: [
      { data: { values: [{}] }, mark: { type: "rule", y: 130, stroke: palette.soft, strokeWidth: 0.75 } },
      ...lines.map(({ colour, faint, points: values }) => ({
        data: { values },
        mark: { type: "line", stroke: colour, strokeWidth: 1.5, opacity: faint ? 0.75 : 1 },
        encoding: { x, y },
      })),
    ],
  });
}
