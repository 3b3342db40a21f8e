import type { RunRecord } from "../../recipes/record.ts";
import { formatCounted, formatList } from "../format.ts";
import { type Html, html } from "../html.ts";
import { armOf, cautions, isStandIn } from "./reading.ts";

const onOwnImages = html`<strong>Run it on your own images:</strong> <code>fantascope run segment <span class="whole">--real FOLDER</span></code>. A few unlabelled images are enough to start; a few labelled ones, given with <code class="whole">--test</code>, tell whether it helped.`;

/** What to do first, for each outcome. */
const firstSteps: Record<RunRecord["verdict"]["outcome"], (title: string, isReal: boolean) => Html> = {
  helped: (title) =>
    html`<strong>Use the models of “${title}”</strong> for images like these: <code>fantascope predict</code> with the models in the folder <code>models/</code> of this run.`,
  "no clear difference": (title, isReal) =>
    html`<strong>Take the simplest arm that is as good.</strong> ${isReal ? "Synthetic images changed too little to matter here" : html`“${title}” is a sound choice, and it needed no annotation`}; its models are in the folder <code>models/</code> of this run.`,
  hurt: (title) =>
    html`<strong>Do not train on the synthetic images of this run.</strong> Use “${title}”. The sections on labels and on hidden signals usually show why the others failed.`,
  "cannot tell": () =>
    html`<strong>Score on more labelled real images</strong> before you decide; the verdict above says how many it takes. Until then look at the outlines below and trust your eyes.`,
  "not scored": () =>
    html`<strong>Annotate about ten real images</strong> and give them with <code class="whole">--test FOLDER</code>: without labelled real images nobody can say whether it helped. They are used to score, never to learn.`,
};

/** What the reader can do now: a short ordered list that follows from the verdict and from what the run found. */
export function nextSteps(record: RunRecord): Html {
  const { outcome, recommended } = record.verdict;
  const arm = armOf(record, recommended);
  const hidden = record.steganography.filter((entry) => entry.hidden);
  const doubted = record.audits.filter(({ invisibleShare }) => invisibleShare > 0.02);
  const steps = [
    firstSteps[outcome](arm?.title ?? recommended, arm?.role === "real"),
    ...(hidden.length > 0 ? [mindHiddenSignal(record)] : []),
    ...(hidden.length === 0 && doubted.length > 0
      ? [
          html`<strong>Look at the doubtful labels</strong> of ${names(doubted)} below: some labelled objects have no contrast in their image.`,
        ]
      : []),
    ...(cautions(record).length > 0 && outcome !== "cannot tell" && outcome !== "not scored"
      ? [
          html`<strong>Test on more before you rely on it:</strong> the numbers here rest on little data (see ${html`<a href="#warnings">what to doubt</a>`}).`,
        ]
      : []),
    isStandIn(record)
      ? onOwnImages
      : html`<strong>Check a few predictions by eye</strong> on images from another day, slide or microscope: a score holds only for images like the ${formatCounted(testImages(record), "test image")} of this run.`,
  ];
  return html`<ol>${steps.map((step) => html`<li>${step}</li>`)}</ol>`;
}

function names(entries: readonly { generator: string }[]): string {
  return formatList(entries.map(({ generator }) => `“${generator}”`));
}

/** Advice against a hidden signal: another generator of the run where one is clean, else the two settings that cure it. */
function mindHiddenSignal({ steganography }: RunRecord): Html {
  const hidden = steganography.filter((entry) => entry.hidden);
  const clean = steganography.filter((entry) => !entry.hidden);
  const found = html`<strong>Leave the images of ${names(hidden)} aside:</strong> they do not show all that their labels claim.`;
  return clean.length > 0
    ? html`${found} ${names(clean)} hides nothing.`
    : html`${found} The cure is a lower <code>generator.lowPass</code>, or <code>generator.consistencyWeight: 2</code>.`;
}

function testImages(record: RunRecord): number {
  return Math.max(0, ...record.arms.flatMap(({ scores }) => scores.map(({ n }) => n)));
}
