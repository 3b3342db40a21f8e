import { notes, type Tone } from "./elements.ts";
import { formatCounted } from "./format.ts";
import { html } from "./html.ts";
import { page, type Section } from "./page.ts";
import { picture } from "./picture.ts";

/** Something that a check found in a folder. */
export interface CheckFinding {
  readonly severity: "error" | "warning" | "note";
  /** File or files concerned. */
  readonly where: string;
  readonly message: string;
  /** What to do about it. */
  readonly fix?: string;
}

/** An image of the folder as PNG, and the same with the outlines of its label. */
export interface CheckTile {
  readonly title: string;
  readonly png: Uint8Array;
  readonly overlayPng?: Uint8Array;
}

/** What a check says about a folder. */
export interface CheckReport {
  readonly name: string;
  readonly findings: readonly CheckFinding[];
  /** What was found, in plain sentences. */
  readonly summary: readonly string[];
  readonly tiles: readonly CheckTile[];
}

const severities: Record<CheckFinding["severity"], { rank: number; tone: Tone; word: string }> = {
  error: { rank: 0, tone: "hurt", word: "Must be mended" },
  warning: { rank: 1, tone: "doubt", word: "Suspicious" },
  note: { rank: 2, tone: "same", word: "Worth knowing" },
};

function opening(findings: readonly CheckFinding[]): { tone: Tone; sentence: string } {
  const errors = findings.filter(({ severity }) => severity === "error").length;
  const warnings = findings.filter(({ severity }) => severity === "warning").length;
  if (errors > 0)
    return {
      tone: "hurt",
      sentence: `${formatCounted(errors, "thing")} must be mended before these images can be used.`,
    };
  if (warnings > 0)
    return {
      tone: "doubt",
      sentence: `These images can be used; ${formatCounted(warnings, "thing")} should be looked at first.`,
    };
  return { tone: "helped", sentence: "These images can be used as they are." };
}

/** Preview page of `fantascope check FOLDER`: what was found, what is suspicious, and the images beside their labels. */
export function renderCheckPage({ name, findings, summary, tiles }: CheckReport): string {
  const { tone, sentence } = opening(findings);
  const sorted = findings.toSorted((a, b) => severities[a.severity].rank - severities[b.severity].rank);
  const sections: Section[] = [];
  if (sorted.length > 0)
    sections.push({
      id: "findings",
      title: "Findings",
      body: notes(
        sorted.map(({ severity, where, message, fix }) => ({
          tone: severities[severity].tone,
          body: html`<small>${severities[severity].word} · <span class="where">${where}</span></small><p>${message}</p>${fix ? html`<p class="soft">${fix}</p>` : undefined}`,
        })),
      ),
    });
  if (tiles.length > 0)
    sections.push({
      id: "images",
      title: "Images beside their labels",
      lead: "Each image is stretched for display between its percentiles 1 and 99.8. Click a picture to enlarge it.",
      body: html`<div class="pairs">${tiles.map(
        ({ title, png, overlayPng }) =>
          html`<div class="pair">${picture({ title, png })}${overlayPng ? picture({ title: "Label", caption: `of ${title}`, png: overlayPng }) : undefined}</div>`,
      )}</div>`,
    });
  return page({
    title: `Check of ${name}`,
    subtitle: `${formatCounted(findings.length, "finding")}, ${formatCounted(tiles.length, "image")} shown`,
    opening: html`<div class="verdict tone-${tone}"><h2 class="verdict-sentence">${sentence}</h2>
<ul>${summary.map((line) => html`<li>${line}</li>`)}</ul></div>`,
    sections,
    footer: "Made by fantascope check. Nothing in the folder was changed.",
  });
}
