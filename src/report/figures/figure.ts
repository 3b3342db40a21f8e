import { parse, View } from "vega";
import { compile, type TopLevelSpec } from "vega-lite";
import { escapeHtml } from "../html.ts";
import { palette } from "./palette.ts";

/** Room around the plotting area in pixels; axes and labels lie in it. */
export interface Padding {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** What is drawn: everything of a Vega-Lite description but its size and style, which are the same for all figures. */
export interface Drawing {
  /** What the figure shows, for people who do not see it. */
  readonly label: string;
  /** Size of the plotting area in pixels, without the padding. */
  readonly width: number;
  readonly height: number;
  readonly padding: Padding;
  readonly layer: readonly object[];
}

/** Typography and lines of all figures. */
const config = {
  aria: false,
  font: "inherit",
  axis: {
    labelFontSize: 11.5,
    titleFontSize: 11.5,
    titleFontWeight: "normal",
    labelColor: palette.soft,
    titleColor: palette.soft,
    domainColor: palette.soft,
    tickColor: palette.soft,
    gridColor: palette.grid,
    domainWidth: 0.75,
    tickWidth: 0.75,
    tickSize: 4,
    labelPadding: 4,
    titlePadding: 6,
  },
  axisY: { domain: false, ticks: false },
  text: { font: "inherit", fontSize: 12, fill: palette.ink },
  view: { stroke: null },
};

/** Two decimals are finer than any screen and hide the last bits, in which machines may differ. */
function roundNumbers(svg: string): string {
  return svg.replace(/<[^>]+>/g, (tag) =>
    tag.replace(/-?\d+\.\d{3,}(e-?\d+)?/g, (number) => `${Math.round(Number(number) * 100) / 100}`),
  );
}

/** Leaves out what Vega writes for its own interaction: empty paths, roles and classes. */
function stripInteraction(svg: string): string {
  return svg
    .replace(/<path class="(background|foreground)"[^>]*\/>/g, "")
    .replace(/ (aria-hidden|aria-roledescription|role|pointer-events|class)="[^"]*"/g, "")
    .replaceAll(' xmlns:xlink="http://www.w3.org/1999/xlink"', "");
}

/**
 * SVG of a figure: the same drawing gives the same bytes.
 *
 * The background is transparent and colours are CSS variables, so one picture serves light and dark pages. Layout never depends on
 * measured text, because fonts differ between machines: the padding is given.
 */
export async function figure(drawing: Drawing): Promise<string> {
  const { label, width, height, padding, layer } = drawing;
  const spec = { width, height, padding, layer, config, autosize: "none", background: "transparent" } as TopLevelSpec;
  const view = new View(parse(compile(spec).spec), { renderer: "none" });
  const svg = await view.toSVG();
  view.finalize();
  const size = `width="${width + padding.left + padding.right}" height="${height + padding.top + padding.bottom}"`;
  return roundNumbers(stripInteraction(svg)).replace(
    /<svg ([^>]*?)version="1.1" width="[^"]*" height="[^"]*"/,
    (_, start: string) => `<svg ${start}role="img" aria-label="${escapeHtml(label)}" ${size}`,
  );
}
