import type { RealismRecord, RunRecord } from "../../recipes/record.ts";
import { chart, notes, table } from "../elements.ts";
import { forest, sourceColour } from "../figures/index.ts";
import { formatCount, formatDecimals } from "../format.ts";
import { type Html, html, type Part } from "../html.ts";
import type { Section } from "../page.ts";

type Measure = RealismRecord["measures"][number];

/** How a measure is printed: three digits of its largest value, and as many decimals in every row. */
function formatOf(records: readonly RealismRecord[], name: string): (value: number) => string {
  const largest = Math.max(...records.map((record) => Math.abs(measureOf(record, name)?.value ?? 0)));
  const decimals = largest > 0 ? Math.min(6, Math.max(0, 2 - Math.floor(Math.log10(largest)))) : 3;
  // What rounds to zero has no sign.
  return (value) => formatDecimals(Number(value.toFixed(decimals)) === 0 ? 0 : value, decimals);
}

function measureOf({ measures }: RealismRecord, name: string): Measure | undefined {
  return measures.find((measure) => measure.name === name);
}

/** Every source in one measure: dot with interval, and a dashed mark for real against real. */
async function measureChart(records: readonly RealismRecord[], name: string): Promise<Html> {
  const sources = records.map(({ source }) => source);
  const format = formatOf(records, name);
  const rows = records.flatMap((record) => {
    const measure = measureOf(record, name);
    if (!measure) return [];
    const { value, low, high, floor } = measure;
    return {
      ...{ title: record.source, value, low, high, perSeed: [], emphasis: false },
      text: format(value),
      colour: sourceColour(record.source, sources),
      ...(floor !== undefined && { mark: floor }),
    };
  });
  const lowerIsBetter = records.some((record) => measureOf(record, name)?.lowerIsBetter);
  const direction = lowerIsBetter ? "lower is nearer to real" : "higher is nearer to real";
  const svg = await forest(rows, {
    label: `${name} of each source against real images, with 95 % interval`,
    axisTitle: direction,
    width: 320,
  });
  return chart(svg, { title: name, kind: "forest" });
}

function measureCell(measure: Measure | undefined, format: (value: number) => string): Part {
  if (!measure) return "–";
  const { value, low, high, floor } = measure;
  return html`${format(value)}<small>${format(low)} to ${format(high)}</small>${
    floor === undefined ? undefined : html`<small>real: ${format(floor)}</small>`
  }`;
}

function sourcesTable(records: readonly RealismRecord[], names: readonly string[]): Html {
  return table(
    "The value; below it its 95 % interval, and after “real” the same measure between two halves of the real images.",
    [
      { title: "Source" },
      { title: "Images", isNumber: true },
      { title: "Real images", isNumber: true },
      ...names.map((name) => ({ title: name, isNumber: true })),
    ],
    records.map((record) => ({
      cells: [
        html`${record.source}<small>features: ${record.featureNetwork}</small>`,
        formatCount(record.images),
        formatCount(record.realImages),
        ...names.map((name) => measureCell(measureOf(record, name), formatOf(records, name))),
      ],
    })),
  );
}

/** Power of the detail of every source beside real images, from coarse to fine. */
function detailTable(records: readonly RealismRecord[]): Html | undefined {
  const told = records.filter(({ detail }) => detail.length > 0);
  const [first] = told;
  if (!first) return undefined;
  const finest = (px: number) => formatDecimals(px, px < 10 ? 1 : 0);
  const title = (px: number, coarser: number | undefined) =>
    coarser === undefined ? `${finest(px)} px and coarser` : `${finest(px)} to ${finest(coarser)} px`;
  return table(
    "How strongly detail of each size is drawn: its power over that in real images. 1 is as in real ones; less is too smooth or too even, more too harsh or too grainy.",
    [
      { title: "Source" },
      ...first.detail.map(({ finestPx }, k) => ({
        title: title(finestPx, first.detail[k - 1]?.finestPx),
        isNumber: true,
      })),
    ],
    told.map(({ source, detail }) => ({ cells: [source, ...detail.map(({ power }) => formatDecimals(power, 2))] })),
  );
}

/** How near each set of synthetic images is to real ones in the features of a named network, with real against real beside it. */
export async function realismSection({ realism }: Pick<RunRecord, "realism">): Promise<Section | undefined> {
  if (realism.length === 0) return undefined;
  const names = [...new Set(realism.flatMap(({ measures }) => measures.map(({ name }) => name)))];
  const charts = await Promise.all(names.map((name) => measureChart(realism, name)));
  const warnings = realism.flatMap(({ source, warnings }) => warnings.map((warning) => ({ source, warning })));
  return {
    id: "realism",
    title: "How near to real?",
    lead: "A network that was trained on microscopy turns every image into numbers, and sets of images are compared by them: by how far they lie apart (distances), whether single images look real (precision, density) and whether they show all that real ones do (recall, coverage).",
    body: html`<div class="columns three">${charts}</div>
<p class="key">Dot: all images. Line: 95 % interval. Dashed: real images against other real images, beyond which nothing can be told; it comes from halves of the set. The kernel distance does not depend on how many images there are and may be held against its mark; the other measures do, and are for comparing sources of equal size with each other. Numbers of another feature network, or from another number of images, do not compare.</p>
${sourcesTable(realism, names)}
${detailTable(realism)}
${warnings.length === 0 ? undefined : notes(warnings.map(({ source, warning }) => ({ tone: "doubt", body: html`<small>${source}</small><p>${warning}</p>` })))}`,
  };
}
