import { figure } from "./figure.ts";
import { seriesColour } from "./palette.ts";

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
    const part = values.slice(
      Math.floor((window * values.length) / count),
      Math.floor(((window + 1) * values.length) / count),
    );
    return part.reduce((sum, value) => sum + value, 0) / part.length;
  });
}

/** Ticks of a logarithmic axis: 1, 2 and 5 in each decade, or the decades alone when there are many. */
function logTicks(low: number, high: number): number[] {
  const first = Math.floor(Math.log10(low));
  const decades = Array.from({ length: Math.ceil(Math.log10(high)) - first + 1 }, (_, index) => first + index);
  const steps = decades.length > 4 ? [1] : [1, 2, 5];
  const ticks = decades.flatMap((decade) => steps.map((step) => Number(`${step}e${decade}`)));
  return ticks.filter((tick) => tick >= low && tick <= high);
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
  const high = Math.max(...losses);
  const isLogarithmic = low > 0 && high > 20 * low;
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
    axis: { grid: true, format: "~g", ...(isLogarithmic ? { values: logTicks(low, high) } : { tickCount: 4 }) },
  };
  return figure({
    label,
    width: 250,
    height: 130,
    padding: { left: 40, right: 14, top: 8, bottom: 40 },
    layer: lines.map(({ colour, faint, points: values }) => ({
      data: { values },
      mark: { type: "line", stroke: colour, strokeWidth: 1.5, opacity: faint ? 0.75 : 1 },
      encoding: { x, y },
    })),
  });
}
