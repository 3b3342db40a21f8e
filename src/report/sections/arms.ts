import type { ArmRecord, Comparison, RunRecord } from "../../recipes/record.ts";
import { badge, chart, more, swatch, table } from "../elements.ts";
import { forest, roleColours } from "../figures/index.ts";
import {
  formatCount,
  formatDifference,
  formatDifferenceInterval,
  formatInterval,
  formatP,
  formatScore,
} from "../format.ts";
import { type Html, html, type Part } from "../html.ts";
import type { Section } from "../page.ts";
import { armOf, metricsOf, scoreOf, titleOf } from "./reading.ts";
import { outcomes, standInTag } from "./verdict.ts";

function scoreCell(arm: ArmRecord, metric: string): Part {
  const score = scoreOf(arm, metric);
  if (!score) return "–";
  return html`${formatScore(score.value)}<small>${formatInterval(score.low, score.high)}</small>`;
}

function armCell({ role, title, training }: ArmRecord): Html {
  return html`${swatch(roleColours[role])}${title}<small>${training}</small>`;
}

/** Every arm with the two scores of the verdict, and on how much they rest. */
function armsTable(record: RunRecord, metrics: readonly string[]): Html {
  return table(
    html`Mean over seeds and test images; below it the 95 % interval.${standInTag(record)}`,
    [
      { title: "Arm" },
      { title: "Annotated images", isNumber: true },
      ...metrics.map((metric) => ({ title: metric, isNumber: true })),
      { title: "Seeds", isNumber: true },
      { title: "Test images", isNumber: true },
    ],
    record.arms.map((arm) => ({
      isChosen: arm.name === record.verdict.recommended,
      cells: [
        armCell(arm),
        formatCount(arm.annotatedImages),
        ...metrics.map((metric) => scoreCell(arm, metric)),
        formatCount(Math.max(0, ...arm.scores.map(({ perSeed }) => perSeed.length))),
        formatCount(Math.max(0, ...arm.scores.map(({ n }) => n))),
      ],
    })),
  );
}

/** The remaining scores of every arm. */
function furtherTable(record: RunRecord, metrics: readonly string[]): Html {
  return table(
    html`Mean over seeds and test images; below it the 95 % interval.${standInTag(record)}`,
    [{ title: "Arm" }, ...metrics.map((metric) => ({ title: metric, isNumber: true }))],
    record.arms.map((arm) => ({
      isChosen: arm.name === record.verdict.recommended,
      cells: [arm.title, ...metrics.map((metric) => scoreCell(arm, metric))],
    })),
  );
}

function seedsTable(record: RunRecord, metrics: readonly string[]): Html {
  return table(
    html`Scores of the single models, in the order of their seeds.${standInTag(record)}`,
    [{ title: "Arm" }, ...metrics.map((metric) => ({ title: metric }))],
    record.arms.map((arm) => ({
      cells: [arm.title, ...metrics.map((metric) => scoreOf(arm, metric)?.perSeed.map(formatScore).join(" · ") ?? "–")],
    })),
  );
}

/** Forest plot of the paired differences in one metric, around the dashed line of no difference. */
async function differences(record: RunRecord, comparisons: readonly Comparison[], metric: string): Promise<Html> {
  const svg = await forest(
    comparisons
      .filter((comparison) => comparison.metric === metric)
      .map(({ arm, baseline, difference, low, high }) => ({
        title: `${titleOf(record, arm)} − ${titleOf(record, baseline)}`,
        ...{ value: difference, low, high, perSeed: [], emphasis: false },
        text: formatDifference(difference),
        colour: roleColours[armOf(record, arm)?.role ?? "generated"],
      })),
    { label: `Paired differences in ${metric}`, axisTitle: `difference in ${metric}`, reference: 0 },
  );
  return chart(svg, { title: html`${metric}${standInTag(record)}`, kind: "forest" });
}

function comparisonsTable(record: RunRecord): Html {
  return table(
    html`Paired over test images and seeds. p adjusted by Holm’s method over all ${formatCount(record.comparisons.length)} comparisons of this run.${standInTag(record)}`,
    [
      { title: "Comparison" },
      { title: "Metric" },
      { title: "Difference", isNumber: true },
      { title: "95 % interval", isNumber: true },
      { title: "p", isNumber: true },
      { title: "p, Holm", isNumber: true },
      { title: "Outcome" },
    ],
    record.comparisons.map((comparison) => ({
      cells: [
        html`${titleOf(record, comparison.arm)} against ${titleOf(record, comparison.baseline)}<small>${comparison.sentence}</small>`,
        comparison.metric,
        formatDifference(comparison.difference),
        formatDifferenceInterval(comparison.low, comparison.high),
        formatP(comparison.pValue),
        formatP(comparison.adjustedPValue),
        badge(outcomes[comparison.outcome].tone, comparison.outcome, { plain: true }),
      ],
    })),
  );
}

/** Every arm with its scores, and every comparison with its interval and adjusted p. */
export async function armsSection(record: RunRecord): Promise<Section | undefined> {
  if (record.arms.length === 0) return undefined;
  const metrics = metricsOf(record);
  const [first, further] = [metrics.slice(0, 2), metrics.slice(2)];
  const compared = metrics
    .filter((metric) => record.comparisons.some((comparison) => comparison.metric === metric))
    .slice(0, 2);
  const plots = await Promise.all(compared.map((metric) => differences(record, record.comparisons, metric)));
  return {
    id: "arms",
    title: "All arms",
    lead: "Arms differ in their training images alone: same network, same first weights per seed, same number of steps, same test images.",
    body: html`${armsTable(record, first)}
${further.length === 0 ? undefined : more("Further measures", furtherTable(record, further))}
${metrics.length === 0 ? undefined : more("Scores of the single seeds", seedsTable(record, metrics))}
${record.comparisons.length === 0 ? undefined : html`<h3>Differences</h3><div class="columns">${plots}</div>${comparisonsTable(record)}`}`,
  };
}
