import type { ArmRecord, Comparison, RunRecord } from "../../recipes/record.ts";
import { badge, chart, more, swatch, table } from "../elements.ts";
import { forest, roleColours } from "../figures/index.ts";
import { formatCount, formatP } from "../format.ts";
import { type Html, html, type Part } from "../html.ts";
import { metricFormat } from "../metric-format.ts";
import type { Section } from "../page.ts";
import { wordingOf } from "../wording/index.ts";
import { armOf, comparedMetrics, leadingMetrics, metricsOf, scoreOf, titleOf } from "./reading.ts";
import { outcomes, standInTag } from "./verdict.ts";

function scoreCell(arm: ArmRecord, metric: string): Part {
  const score = scoreOf(arm, metric);
  if (!score) return "–";
  const format = metricFormat(metric);
  return html`${format.score(score.value)}<small>${format.interval(score.low, score.high)}</small>`;
}

/** Name of a metric with its unit below, so that columns stay narrow. */
function scoreHeading(metric: string): Part {
  const { unit } = metricFormat(metric);
  return unit === undefined ? metric : html`${metric}<small>${unit}</small>`;
}

function capitalised(text: string): string {
  return text[0]!.toUpperCase() + text.slice(1);
}

function armCell({ role, title, training }: ArmRecord): Html {
  return html`${swatch(roleColours[role])}${title}<small>${training}</small>`;
}

/** Every arm with the scores of the verdict, and on how much they rest. */
function armsTable(record: RunRecord, metrics: readonly string[]): Html {
  const { test, realNeed } = wordingOf(record);
  return table(
    html`Mean over seeds and ${wordingOf(record).test.many}; below it the 95 % interval.${standInTag(record)}`,
    [
      { title: "Arm" },
      { title: realNeed, isNumber: true },
      ...metrics.map((metric) => ({ title: scoreHeading(metric), isNumber: true })),
      { title: "Seeds", isNumber: true },
      { title: capitalised(test.many), isNumber: true },
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
    html`Mean over seeds and ${wordingOf(record).test.many}; below it the 95 % interval.${standInTag(record)}`,
    [{ title: "Arm" }, ...metrics.map((metric) => ({ title: scoreHeading(metric), isNumber: true }))],
    record.arms.map((arm) => ({
      isChosen: arm.name === record.verdict.recommended,
      cells: [arm.title, ...metrics.map((metric) => scoreCell(arm, metric))],
    })),
  );
}

function seedsCell(arm: ArmRecord, metric: string): string {
  const format = metricFormat(metric);
  return (
    scoreOf(arm, metric)
      ?.perSeed.map((value) => format.score(value))
      .join(" · ") ?? "–"
  );
}

function seedsTable(record: RunRecord, metrics: readonly string[]): Html {
  return table(
    html`Scores of the single models, in the order of their seeds.${standInTag(record)}`,
    [{ title: "Arm" }, ...metrics.map((metric) => ({ title: scoreHeading(metric) }))],
    record.arms.map((arm) => ({
      cells: [arm.title, ...metrics.map((metric) => seedsCell(arm, metric))],
    })),
  );
}

/** Forest plot of the paired differences in one metric, around the dashed line of no difference. */
async function differences(record: RunRecord, comparisons: readonly Comparison[], metric: string): Promise<Html> {
  const format = metricFormat(metric);
  const svg = await forest(
    comparisons
      .filter((comparison) => comparison.metric === metric)
      .map(({ arm, baseline, difference, low, high }) => ({
        title: `${titleOf(record, arm)} − ${titleOf(record, baseline)}`,
        ...{ value: difference, low, high, perSeed: [], emphasis: false },
        text: format.difference(difference),
        colour: roleColours[armOf(record, arm)?.role ?? "generated"],
      })),
    { label: `Paired differences in ${metric}`, axisTitle: `difference in ${format.heading}`, reference: 0 },
  );
  return chart(svg, { title: html`${format.heading}${standInTag(record)}`, kind: "forest" });
}

function comparisonsTable(record: RunRecord): Html {
  return table(
    html`Paired over ${wordingOf(record).test.many} and seeds. p adjusted by Holm’s method over all ${formatCount(record.comparisons.length)} comparisons of this run.${standInTag(record)}`,
    [
      { title: "Comparison" },
      { title: "Metric" },
      { title: "Difference", isNumber: true },
      { title: "95 % interval", isNumber: true },
      { title: "p", isNumber: true },
      { title: "p, Holm", isNumber: true },
      { title: "Outcome" },
    ],
    record.comparisons.map((comparison) => {
      const format = metricFormat(comparison.metric);
      return {
        cells: [
          html`${titleOf(record, comparison.arm)} against ${titleOf(record, comparison.baseline)}<small>${comparison.sentence}</small>`,
          scoreHeading(comparison.metric),
          format.difference(comparison.difference),
          format.differenceInterval(comparison.low, comparison.high),
          formatP(comparison.pValue),
          formatP(comparison.adjustedPValue),
          badge(outcomes[comparison.outcome].tone, comparison.outcome, { plain: true }),
        ],
      };
    }),
  );
}

/** Every arm with its scores, and every comparison with its interval and adjusted p. */
export async function armsSection(record: RunRecord): Promise<Section | undefined> {
  if (record.arms.length === 0) return undefined;
  const metrics = metricsOf(record);
  const first = leadingMetrics(record);
  const further = metrics.slice(first.length);
  const compared = comparedMetrics(record).slice(0, 3);
  const plots = await Promise.all(compared.map((metric) => differences(record, record.comparisons, metric)));
  return {
    id: "arms",
    title: "All arms",
    lead: wordingOf(record).arms,
    body: html`${armsTable(record, first)}
${further.length === 0 ? undefined : more("Further measures", furtherTable(record, further))}
${metrics.length === 0 ? undefined : more("Scores of the single seeds", seedsTable(record, metrics))}
${record.comparisons.length === 0 ? undefined : html`<h3>Differences</h3><div class="columns">${plots}</div>${comparisonsTable(record)}`}`,
  };
}
