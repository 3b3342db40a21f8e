import type { AuditRecord, RunRecord } from "../../recipes/record.ts";
import { chart, table } from "../elements.ts";
import { histograms } from "../figures/index.ts";
import { palette } from "../figures/palette.ts";
import { formatCount, formatScore, formatShare, formatSignedShare } from "../format.ts";
import { type Html, html } from "../html.ts";
import type { Section } from "../page.ts";
import { type Gallery, picturesUnder } from "./gallery.ts";

const fates = [
  ["kept", palette.green],
  ["relabelled", palette.blue],
  ["rejected", palette.vermillion],
] as const;

function fateBar(audit: AuditRecord): Html {
  const words = fates.map(([fate]) => `${formatCount(audit[fate])} ${fate}`).join(" · ");
  return html`<div class="fates" role="img" aria-label="${words}">${fates.map(([fate, colour]) =>
    audit[fate] === 0 ? undefined : html`<i style="flex: ${audit[fate]}; --swatch: ${colour}"></i>`,
  )}</div>
<p><small>${formatCount(audit.images)} images: ${fates.map(
    ([fate, colour], index) =>
      html`${index > 0 ? " · " : undefined}<span class="swatch" style="--swatch: ${colour}; margin-right: .35em"></span>${formatCount(audit[fate])} ${fate}`,
  )}</small></p>`;
}

async function auditChart(audit: AuditRecord): Promise<Html> {
  const svg = await histograms(
    [
      {
        name: audit.generator,
        values: audit.perImage,
        colour: palette.blue,
        filled: true,
      },
    ],
    {
      label: `F1@0.5 between label and witnesses, per image of ${audit.generator}`,
      axisTitle: "F1@0.5 between label and witnesses, per image",
      domain: [0, 1],
      bins: 25,
      width: 420,
    },
  );
  return html`<div>${chart(svg, { title: audit.generator })}${fateBar(audit)}
<p><small><strong>${formatShare(audit.invisibleShare)}</strong> of the labelled objects have no contrast along their outline.</small></p></div>`;
}

/** How well generated images still match their labels: distribution, fate, witnesses and the worst cases. */
export async function auditSection({ audits }: RunRecord, gallery: Gallery): Promise<Section | undefined> {
  const worst = picturesUnder("Worst cases", "The images whose label the witnesses doubted most.", gallery("audit"));
  if (audits.length === 0 && !worst) return undefined;
  const charts = await Promise.all(audits.map(auditChart));
  const rows = audits.flatMap((audit) =>
    audit.witnesses.map((witness) => ({
      cells: [
        audit.generator,
        witness.name,
        formatScore(witness.medianF1),
        formatScore(witness.lowF1),
        formatSignedShare(witness.countBias),
        formatSignedShare(witness.areaBias),
      ],
    })),
  );
  return {
    id: "labels",
    title: "Do the labels still fit?",
    lead: "A generator may move, drop or invent nuclei while their label stays. Witnesses that did not make an image compare it with its label; images in doubt are rejected or relabelled before anything learns from them.",
    body: html`<div class="columns">${charts}</div>
${
  rows.length === 0
    ? undefined
    : html`<h3>Witnesses</h3>${table(
        "Agreement of each witness with the labels. Tenth percentile: nine images in ten agree better than this.",
        [
          { title: "Generator" },
          { title: "Witness" },
          { title: "Median F1@0.5", isNumber: true },
          { title: "Tenth percentile", isNumber: true },
          { title: "Count bias", isNumber: true },
          { title: "Area bias", isNumber: true },
        ],
        rows,
      )}`
}
${worst}`,
  };
}
