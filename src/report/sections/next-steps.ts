import type { RunRecord } from "../../recipes/record.ts";
import { formatCounted, formatList } from "../format.ts";
import { type Html, html } from "../html.ts";
import { wordingOf } from "../wording/index.ts";
import { armOf, cautions, isStandIn } from "./reading.ts";

/** What the reader can do now: a short ordered list that follows from the verdict and from what the run found. */
export function nextSteps(record: RunRecord): Html {
  const { outcome, recommended } = record.verdict;
  const { test, firstStep, onOwnImages } = wordingOf(record);
  const arm = armOf(record, recommended);
  const hidden = record.steganography.filter((entry) => entry.hidden);
  const doubted = record.audits.filter(({ invisibleShare }) => invisibleShare > 0.02);
  const first = firstStep[outcome](arm?.title ?? recommended, arm);
  const isOfFolds = record.recipe.folds !== undefined && arm !== undefined && arm.role !== "classical";
  const namesModels = outcome === "helped" || outcome === "no clear difference"; // of which folds leave none to use
  const steps = [
    ...(isOfFolds && namesModels ? [] : [first]),
    ...(isOfFolds ? [learnFromAll(arm.title)] : []),
    ...(hidden.length > 0 ? [mindHiddenSignal(record)] : []),
    ...(hidden.length === 0 && doubted.length > 0
      ? [
          html`<strong>Look at the doubtful labels</strong> of ${names(doubted)} below: some labelled objects have no contrast in their image.`,
        ]
      : []),
    ...mindCopies(record),
    ...mindInventions(record),
    ...(cautions(record).length > 0 && outcome !== "cannot tell" && outcome !== "not scored"
      ? [
          html`<strong>Test on more before you rely on it:</strong> the numbers here rest on little data (see ${html`<a href="#warnings">what to doubt</a>`}).`,
        ]
      : []),
    isStandIn(record)
      ? onOwnImages
      : html`<strong>Check a few predictions by eye</strong> on images from another day, slide or microscope: a score holds only for images like the ${formatCounted(testImages(record), test.one, test.many)} of this run.`,
  ];
  return html`<ol>${steps.map((step) => html`<li>${step}</li>`)}</ol>`;
}

/** A cross-validation scores models that nobody is meant to use. */
function learnFromAll(title: string): Html {
  return html`<strong>Make a model of “${title}” to use</strong> by the same recipe without <code>folds</code>, from all images. Those in <code>fold-1/models/</code> and so on were made to be scored.`;
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

/** Advice against a generator that repeats what it learned from. */
function mindCopies({ novelty }: RunRecord): Html[] {
  const copying = novelty.filter(({ outcome }) => outcome === "copies");
  return copying.length === 0
    ? []
    : [
        html`<strong>Do not count the images of ${names(copying)} as new:</strong> some <a href="#novelty">repeat a training image</a>. More real fields, or fewer training steps (<code>generator.steps</code>), cure it.`,
      ];
}

/** Advice against a recommended model that draws what is not there. */
function mindInventions({ probes, verdict }: RunRecord): Html[] {
  return probes.some(({ arm, hallucinates }) => hallucinates && arm === verdict.recommended)
    ? [
        html`<strong>Do not trust faint structure:</strong> the recommended model <a href="#reconstructions">draws some in empty fields</a> too.`,
      ]
    : [];
}

function testImages(record: RunRecord): number {
  return Math.max(0, ...record.arms.flatMap(({ scores }) => scores.map(({ n }) => n)));
}
