import { figure } from "./figure.ts";
import { palette } from "./palette.ts";

/** One line of a forest plot. */
export interface ForestRow {
  readonly title: string;
  readonly value: number;
  readonly low: number;
  readonly high: number;
  /** Values of the single seeds, drawn as small dots. */
  readonly perSeed: readonly number[];
  /** The numbers as text, at the right end of the row. */
  readonly text: string;
  readonly colour: string;
  /** Where a dashed line stands in this row alone: what its value is held against. */
  readonly mark?: number;
  /** Whether the row is set in bold: the recommended one. */
  readonly emphasis: boolean;
}

const rowHeight = 44;

/** Width of a character of 12 px, and the characters that are kept free for the numbers. */
const character = { width: 6.55, kept: 18 };

function shorten(title: string, length: number): string {
  return title.length <= length ? title : `${title.slice(0, length - 1).trimEnd()}…`;
}

/**
 * Forest plot as SVG: a row per arm with its mean (large dot), interval (line) and single seeds (small dots).
 *
 * The title stands above its interval and not beside it, so that the figure is as legible on a phone as on a screen.
 *
 * @param reference where a dashed line stands: the value to compare with, or 0 for differences
 */
export function forest(
  rows: readonly ForestRow[],
  {
    label,
    axisTitle,
    reference,
    width = 400,
  }: { label: string; axisTitle: string; reference?: number; width?: number },
): Promise<string> {
  const data = rows.map((row, index) => ({
    ...row,
    title: shorten(row.title, Math.floor(width / character.width) - Math.max(character.kept, row.text.length)),
    textAt: index + 0.34,
    lineAt: index + 0.66,
    seedAt: index + 0.84,
    top: index,
    lineTop: index + 0.5,
    lineBottom: index + 0.98,
    reference: row.mark ?? reference,
  }));
  const seeds = data.flatMap(({ perSeed, seedAt, colour }) => perSeed.map((value) => ({ value, seedAt, colour })));
  const all = [
    ...rows.flatMap((row) => [row.value, row.low, row.high, ...row.perSeed]),
    ...data.flatMap((row) => row.reference ?? []),
  ];
  const low = Math.min(...all);
  const high = Math.max(...all);
  const margin = high > low ? (high - low) * 0.04 : 0.005;
  const x = (field: string) => ({
    field,
    type: "quantitative",
    title: axisTitle,
    scale: { domain: [low - margin, high + margin], zero: false, nice: 5 },
    axis: { tickCount: 6, grid: true },
  });
  const y = (field: string) => ({
    field,
    type: "quantitative",
    scale: { domain: [0, rows.length], reverse: true, nice: false },
    axis: null,
  });
  const colour = { field: "colour", type: "nominal", scale: null, legend: null };
  const bold = (emphasis: boolean) => ({
    transform: [{ filter: `datum.emphasis === ${emphasis}` }],
    encoding: { y: y("textAt"), text: { field: "title" } },
    mark: { type: "text", align: "left", x: 0, fontWeight: emphasis ? "bold" : "normal" },
  });
  return figure({
    label,
    width,
    height: rows.length * rowHeight,
    padding: { left: 10, right: 10, top: 2, bottom: 40 },
    layer: [
      {
        data: { values: data.slice(1) },
        mark: { type: "rule", x: 0, x2: width, stroke: palette.grid },
        encoding: { y: y("top") },
      },
      ...(data.every((row) => row.reference === undefined)
        ? []
        : [
            {
              // In pieces, so that it never crosses a title.
              data: { values: data.filter((row) => row.reference !== undefined) },
              mark: { type: "rule", strokeDash: [3, 3], stroke: palette.ink, opacity: 0.7 },
              encoding: { x: x("reference"), y: y("lineTop"), y2: { field: "lineBottom" } },
            },
          ]),
      { data: { values: data }, ...bold(false) },
      { data: { values: data }, ...bold(true) },
      {
        data: { values: data },
        mark: { type: "text", align: "right", x: width, fill: palette.soft },
        encoding: { y: y("textAt"), text: { field: "text" } },
      },
      {
        data: { values: data },
        mark: { type: "rule", strokeWidth: 2.5, strokeCap: "round", opacity: 0.75 },
        encoding: { x: x("low"), x2: { field: "high" }, y: y("lineAt"), stroke: colour },
      },
      {
        data: { values: data },
        mark: { type: "point", filled: true, size: 90, opacity: 1 },
        encoding: { x: x("value"), y: y("lineAt"), fill: colour },
      },
      {
        data: { values: seeds },
        mark: { type: "point", filled: true, size: 16, opacity: 0.8 },
        encoding: { x: x("value"), y: y("seedAt"), fill: colour },
      },
    ],
  });
}
