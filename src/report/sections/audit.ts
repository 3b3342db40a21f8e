import type { AuditRecord, RunRecord } from "../../recipes/record.ts";
import { chart, table } from "../elements.ts";
import { histograms } from "../figures/index.ts";
import { palette } from "../figures/palette.ts";
import {
  formatCount,
  formatDifference,
  formatDifferenceInterval,
  formatInterval,
  formatScore,
  formatShare,
  formatSignedShare,
} from "../format.ts";
import { type Html, html } from "../html.ts";
import type { Section } from "../page.ts";
import { type Gallery, picturesUnder } from "./gallery.ts";

/** What the audit says of an image, in words: whether it is then left out is up to the recipe. */
const fates = [
  ["kept", "confirmed", palette.green],
  ["relabelled", "better relabelled", palette.blue],
  ["rejected", "better rejected", palette.vermillion],
] as const;

function fateBar(audit: AuditRecord): Html {
  const told = fates.map(([fate, words]) => `${formatCount(audit[fate])} ${words}`).join(" · ");
  return html`<div class="fates" role="img" aria-label="${told}">${fates.map(([fate, , colour]) =>
    audit[fate] === 0 ? undefined : html`<i style="flex: ${audit[fate]}; --swatch: ${colour}"></i>`,
  )}</div>
<p><small>${formatCount(audit.images)} images: ${fates.map(
    ([fate, words, colour], index) =>
      html`${index > 0 ? " · " : undefined}<span class="swatch" style="--swatch: ${colour}; margin-right: .35em"></span>${formatCount(audit[fate])} ${words}`,
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
<p><small><strong>${formatShare(audit.invisibleShare)}</strong> of the labelled objects have no contrast along their outline.${agreementText(audit)}</small></p></div>`;
}

/** What a reader from outside says of the labels: it was trained on real ones, and nothing was trained on its word. */
function agreementText({ agreement }: AuditRecord): Html | undefined {
  if (!agreement) return undefined;
  const { score, aboveVanilla } = agreement;
  return html` A segmenter trained on real labels agrees with these labels by F1@0.5 <strong>${formatScore(score.value)}</strong> (${formatInterval(score.low, score.high)})${
    aboveVanilla
      ? html`: ${formatDifference(aboveVanilla.difference)} (${formatDifferenceInterval(aboveVanilla.low, aboveVanilla.high)}) against the vanilla generator's images and input masks`
      : undefined
  }.`;
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
        formatDifference(witness.countBias),
        formatSignedShare(witness.areaBias),
      ],
    })),
  );
  return {
    id: "labels",
    title: "Do the labels still fit?",
    lead: "A generator may move, drop or invent nuclei while their label stays. Witnesses that did not make an image compare it with its label; the recipe says whether images in doubt are kept, or left out (audit.onDoubt).",
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
          { title: "Objects per image, more", isNumber: true },
          { title: "Area, larger", isNumber: true },
        ],
        rows,
      )}`
}
${worst}`,
  };
}
