import { figure } from "./figure.ts";
import { palette } from "./palette.ts";

/** Grey levels along a line in one image. */
export interface ProfileSeries {
  readonly name: string;
  /** One per position. */
  readonly values: readonly number[];
  readonly colour: string;
  readonly dash: readonly number[];
  /** Filled and behind the others: the truth that they are held against. */
  readonly filled: boolean;
}

/**
 * Grey levels along a line as SVG, one curve per image over the grey area of the truth.
 *
 * @param positions along the line, in the unit that `unit` names
 * @param greyUnit what the grey levels are counted in
 */
export function profiles(
  positions: readonly number[],
  series: readonly ProfileSeries[],
  { label, unit, greyUnit }: { label: string; unit: string; greyUnit: string },
): Promise<string> {
  const shown = series.filter(({ values }) => values.some(Number.isFinite));
  const values = shown.flatMap((one) => one.values.filter(Number.isFinite));
  // Zero, where the area of the truth begins, is always in sight; a curve of one level everywhere must have an axis too.
  const low = Math.min(0, ...values);
  const high = Math.max(...values, low + Number.EPSILON);
  const first = positions[0] ?? 0;
  const last = Math.max(positions.at(-1) ?? 1, first + Number.EPSILON);
  const x = {
    field: "position",
    type: "quantitative",
    title: `position along the line, ${unit}`,
    scale: { domain: [first, last], nice: false, zero: false },
    axis: { tickCount: 6, grid: false, labelFlush: true },
  };
  const y = {
    field: "level",
    type: "quantitative",
    title: `grey level, ${greyUnit}`,
    scale: { domain: [low, high], nice: true, zero: false },
    axis: { tickCount: 5, grid: true },
  };
  const points = (one: ProfileSeries) =>
    positions.flatMap((position, i) => {
      const level = one.values[i];
      return level === undefined || !Number.isFinite(level) ? [] : [{ position, level, zero: 0 }];
    });
  return figure({
    label,
    width: 364,
    height: 180,
    padding: { left: 52, right: 14, top: 8, bottom: 42 },
    layer: [
      {
        // Gives the axes also where no series has a value.
        data: { values: [first, last].map((position) => ({ position, level: 0 })) },
        mark: { type: "line", stroke: palette.soft, strokeWidth: 0.75 },
        encoding: { x, y },
      },
      ...shown
        .toSorted((a, b) => Number(b.filled) - Number(a.filled))
        .map((one) =>
          one.filled
            ? {
                data: { values: points(one) },
                mark: { type: "area", fill: palette.soft, opacity: 0.28 },
                encoding: { x, y, y2: { field: "zero" } },
              }
            : {
                data: { values: points(one) },
                mark: { type: "line", stroke: one.colour, strokeWidth: 1.75, strokeDash: [...one.dash] },
                encoding: { x, y },
              },
        ),
    ],
  });
}
