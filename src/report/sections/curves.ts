import type { RunRecord, TrainingRecord } from "../../recipes/record.ts";
import { chart, legend, more, table } from "../elements.ts";
import { learningCurve, seriesColour, seriesDash, type TrainingCurve, trainingCurves } from "../figures/index.ts";
import { formatCount, formatCounted, formatDuration, formatInterval, formatScore } from "../format.ts";
import { type Html, html } from "../html.ts";
import type { Section } from "../page.ts";
import { wordingOf } from "../wording/index.ts";
import { standInTag } from "./verdict.ts";

/** Score against number of real labelled images, with and without synthetic data. */
export async function learningSection(record: RunRecord): Promise<Section | undefined> {
  const curves = record.learningCurves.filter(({ series }) => series.some(({ points }) => points.length > 0));
  if (curves.length === 0) return undefined;
  const charts = await Promise.all(
    curves.map(async ({ metric, series }) =>
      chart(await learningCurve(series, { metric }), { title: html`${metric}${standInTag(record)}`, kind: "learning" }),
    ),
  );
  const names = [...new Set(curves.flatMap(({ series }) => series.map(({ name }) => name)))];
  return {
    id: "labelling-effort",
    ...wordingOf(record).learning,
    body: html`${legend(names.map((name, index) => ({ name, colour: seriesColour(index), dash: seriesDash(index) })))}
<div class="columns">${charts}</div>
<p class="key">Bands: 95 % intervals over seeds and ${wordingOf(record).test.many}.</p>
${more(
  "Numbers of these curves",
  html`${curves.map(({ metric, series }) =>
    table(
      metric,
      [
        { title: "Trained on" },
        { title: "Labelled images", isNumber: true },
        { title: metric, isNumber: true },
        { title: "95 % interval", isNumber: true },
      ],
      series.flatMap(({ name, points }) =>
        points.map(({ labelledImages, value, low, high }) => ({
          cells: [name, formatCount(labelledImages), formatScore(value), formatInterval(low, high)],
        })),
      ),
    ),
  )}`,
)}`,
  };
}

/** Name of a training without its seed: trainings that differ in the seed alone share a figure. */
function nameWithoutSeed(name: string): string {
  return name.replace(/\s*(\(\s*seed[\s-]*\d+\s*\)|[,·]?\s*\bseed[\s-]*\d+)/i, "").trim();
}

/** Trainings in groups of equal name and equal loss terms, in the order of the record. */
function groupTrainings(trainings: readonly TrainingRecord[]): [name: string, members: TrainingRecord[]][] {
  const groups = new Map<string, TrainingRecord[]>();
  for (const training of trainings) {
    const key = nameWithoutSeed(training.name);
    groups.set(key, [...(groups.get(key) ?? []), training]);
  }
  return [...groups];
}

async function trainingChart(name: string, members: readonly TrainingRecord[]): Promise<Html> {
  const terms = [...new Set(members.flatMap(({ curves }) => Object.keys(curves)))].filter((term) =>
    members.some(({ curves }) => (curves[term] ?? []).some(Number.isFinite)),
  );
  const curves: TrainingCurve[] = terms.map((term) => ({
    name: term,
    runs: members.flatMap(({ curves, steps }) => (curves[term]?.length ? [{ steps, values: curves[term] }] : [])),
  }));
  const seconds = members.reduce((sum, member) => sum + member.seconds, 0);
  const steps = [...new Set(members.map((member) => formatCount(member.steps)))].join(", ");
  const svg =
    curves.length === 0 ? "" : await trainingCurves(curves, { label: `Losses of ${name} against training step` });
  return html`<div class="training">${chart(svg, { title: name })}
${legend(terms.map((term, index) => ({ name: term, colour: seriesColour(index) })))}
<p><small>${members.length > 1 ? `${members.length} seeds, ` : ""}${steps} steps, ${formatDuration(seconds)}</small></p></div>`;
}

/** Losses of every training. */
export async function trainingSection(record: RunRecord): Promise<Section | undefined> {
  const { trainings } = record;
  if (trainings.length === 0) return undefined;
  const charts = await Promise.all(groupTrainings(trainings).map(([name, members]) => trainingChart(name, members)));
  const seconds = trainings.reduce((sum, training) => sum + training.seconds, 0);
  return {
    id: "training",
    title: "How the networks learned",
    lead: `${formatCounted(trainings.length, "training")}, ${formatDuration(seconds)} of computing. One line per seed, averaged in windows. ${wordingOf(record).losses}`,
    body: html`<div class="charts">${charts}</div>`,
  };
}
