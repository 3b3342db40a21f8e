import type { ProbeRecord, ProfileRecord, RunRecord } from "../../recipes/record.ts";
import { badge, chart, legend, table } from "../elements.ts";
import { type ProfileSeries, profiles, roleColours, seriesDash } from "../figures/index.ts";
import { palette } from "../figures/palette.ts";
import { formatDecimals, formatShare } from "../format.ts";
import { type Html, html } from "../html.ts";
import type { Section } from "../page.ts";
import { type Gallery, picturesUnder } from "./gallery.ts";
import { titleOf } from "./reading.ts";
import { standInTag } from "./verdict.ts";

/** Names of the series that are no arm. */
const isTruth = (name: string) => /^truth$/i.test(name);
const isInput = (name: string) => /^input$/i.test(name);

type SeriesStyle = Omit<ProfileSeries, "name" | "values">;

/** Look of each series: the truth a grey area, the input a soft dashed line, arms in the colour of their role. */
function seriesStyles({ arms }: RunRecord, names: readonly string[]): Map<string, SeriesStyle> {
  const styles = new Map<string, SeriesStyle>();
  for (const name of names) {
    if (isTruth(name)) styles.set(name, { colour: palette.soft, dash: [1, 0], filled: true });
    else if (isInput(name)) styles.set(name, { colour: palette.soft, dash: [2, 3], filled: false });
    else {
      const colour = roleColours[arms.find(({ title }) => title === name)?.role ?? "classical"];
      // A second arm of the same role has the same colour and another pattern.
      const before = [...styles.values()].filter((style) => style.colour === colour).length;
      styles.set(name, { colour, dash: seriesDash(before), filled: false });
    }
  }
  return styles;
}

/** Line profiles with one legend for all. */
async function profileCharts(record: RunRecord): Promise<Html | undefined> {
  if (record.profiles.length === 0) return undefined;
  const names = [...new Set(record.profiles.flatMap(({ series }) => series.map(({ name }) => name)))];
  const styles = seriesStyles(record, names);
  const draw = async ({ title, unit, positions, series }: ProfileRecord) =>
    chart(
      await profiles(
        positions,
        series.map(({ name, values }) => ({ name, values, ...styles.get(name)! })),
        {
          label: `Grey levels along a line: ${title}`,
          unit,
          greyUnit: "truth 0 to 1",
        },
      ),
      { title: html`${title}${standInTag(record)}` },
    );
  const charts = await Promise.all(record.profiles.map(draw));
  return html`<h3>Line profiles</h3>
<p class="soft">Grey levels along one line of a held-out field, on the scale of its truth: 0 is its background, 1 its brightest structure. Two neighbours are resolved where the curve dips between them as the grey area does; a peak without grey below it is invented.</p>
${legend(
  names.map((name) => {
    const { colour, dash, filled } = styles.get(name)!;
    return { name, colour, dash, isArea: filled };
  }),
)}
<div class="columns">${charts}</div>`;
}

function probesTable(record: RunRecord, probes: readonly ProbeRecord[]): Html {
  return table(
    html`What a model draws where there is nothing to see, and how far the disagreement of its seeds tells where it is wrong.${standInTag(record)}`,
    [
      { title: "Models of" },
      { title: "Structure in a blank field", isNumber: true },
      { title: "Found" },
      { title: "Disagreement tells error", isNumber: true },
    ],
    probes.map(({ arm, blankStructure, hallucinates, sentence, disagreementTellsError }) => ({
      isChosen: arm === record.verdict.recommended,
      cells: [
        html`${titleOf(record, arm)}<small>${sentence}</small>`,
        formatShare(blankStructure),
        badge(hallucinates ? "hurt" : "helped", hallucinates ? "invents structure" : "quiet", { plain: true }),
        disagreementTellsError === undefined ? "–" : formatDecimals(disagreementTellsError, 2),
      ],
    })),
  );
}

/** What the models make of held-out fields: pictures, line profiles, and how far they can be trusted. */
export async function reconstructionSection(record: RunRecord, gallery: Gallery): Promise<Section | undefined> {
  const { probes } = record;
  const shown = picturesUnder(
    "Poor, reconstructed, true",
    "The same part of held-out fields that no model has seen. Look for structures that are missing, joined or invented against the truth in the last column.",
    gallery("reconstruction"),
    { columns: 1 },
  );
  const disagreement = picturesUnder(
    "Where models disagree",
    "Models of the same arm that differ in their seed alone. What they draw differently is their guess, not your specimen; what all of them learned wrongly alike does not show here.",
    gallery("disagreement"),
    { columns: 2 },
  );
  const lines = await profileCharts(record);
  if (!shown && !disagreement && !lines && probes.length === 0) return undefined;
  return {
    id: "reconstructions",
    title: "What the models make of held-out fields",
    lead: "A score can rise while a structure is lost: look before you believe it.",
    body: html`${shown}${lines}${disagreement}
${
  probes.length === 0
    ? undefined
    : html`<h3>Can the result be trusted?</h3>${probesTable(record, probes)}
<p class="key">Structure in a blank field: contrast of what the model makes of camera noise alone, as a share of that of a real field; near 0 % is best. Disagreement tells error: rank correlation of the two over held-out fields; 1 would mark every wrong place, 0 none.</p>`
}`,
  };
}
