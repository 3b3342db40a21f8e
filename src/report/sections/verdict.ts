import type { ArmRecord, RunRecord } from "../../recipes/record.ts";
import { sentencesOf } from "../../recipes/told-once.ts";
import { badge, chart, facts, type Tone } from "../elements.ts";
import { forest, roleColours } from "../figures/index.ts";
import { formatCounted } from "../format.ts";
import { type Html, html } from "../html.ts";
import { metricFormat } from "../metric-format.ts";
import { wordingOf } from "../wording/index.ts";
import { nextSteps } from "./next-steps.ts";
import { armOf, cautions, isStandIn, leadingMetrics, referenceArm, scoreOf } from "./reading.ts";

/** Colour and words of each outcome. */
export const outcomes: Record<RunRecord["verdict"]["outcome"], { tone: Tone; words: string }> = {
  helped: { tone: "helped", words: "It helped" },
  "no clear difference": { tone: "same", words: "No clear difference" },
  hurt: { tone: "hurt", words: "It hurt" },
  "cannot tell": { tone: "doubt", words: "Cannot tell" },
  "not scored": { tone: "doubt", words: "Not scored" },
};

/** Small mark beside numbers that were measured on simulated images. */
export function standInTag(record: RunRecord): Html | undefined {
  return isStandIn(record) ? html` <span class="tag">stand-in data</span>` : undefined;
}

/** Width of a forest plot, by how many stand beside each other. */
const forestWidth = { two: 400, three: 320 } as const;

/** Forest plot of these arms in one metric; nothing when none of them was scored in it. */
async function armsForest(
  record: RunRecord,
  arms: readonly ArmRecord[],
  metric: string,
  width: number,
): Promise<Html | undefined> {
  const format = metricFormat(metric);
  const rows = arms.flatMap((arm) => {
    const score = scoreOf(arm, metric);
    if (!score) return [];
    const { value, low, high, perSeed } = score;
    const isRecommended = arm.name === record.verdict.recommended;
    return {
      ...{ title: isRecommended ? `${arm.title} ★` : arm.title, emphasis: isRecommended },
      ...{ value, low, high, perSeed, colour: roleColours[arm.role] },
      text: `${format.score(value)} (${format.interval(low, high)})`,
    };
  });
  if (rows.length === 0) return undefined;
  const reference = referenceArm(record);
  const referenceScore = reference && scoreOf(reference, metric);
  const svg = await forest(rows, {
    label: `${metric} of each arm with 95 % interval`,
    axisTitle: `${format.heading} on ${wordingOf(record).test.many}${isStandIn(record) ? " (stand-in)" : ""}`,
    width,
    ...(referenceScore && { reference: referenceScore.value }),
  });
  return chart(svg, {
    title: html`${format.heading}${standInTag(record)}`,
    ...(format.meaning !== undefined && { caption: format.meaning }),
    kind: "forest",
  });
}

/** The arm to use, with what it cost and what it brought. */
function recommendation(record: RunRecord): Html {
  const arm = armOf(record, record.verdict.recommended);
  if (!arm) return html`<h3>Recommended: ${record.verdict.recommended}</h3>`;
  const { test, needOf, chosenBy } = wordingOf(record);
  const scores = leadingMetrics(record).flatMap((metric) => scoreOf(arm, metric) ?? []);
  return html`<h3>Recommended: ${arm.title}</h3>
<p>${arm.role === "classical" ? "Method" : "Trained on"}: ${arm.training}. ${needOf(arm)}</p>
${facts([
  ...scores.map(({ metric, value, low, high }) => {
    const format = metricFormat(metric);
    return [format.heading, html`<strong>${format.score(value)}</strong> (${format.interval(low, high)})`] as const;
  }),
  ...scores
    .slice(0, 1)
    .map(
      ({ n, perSeed }) =>
        ["measured on", `${formatCounted(n, test.one, test.many)}, ${formatCounted(perSeed.length, "seed")}`] as const,
    ),
])}${scores.length > 0 && chosenBy !== undefined ? html`<p><small>${chosenBy}</small></p>` : undefined}`;
}

/** The answer: verdict in one sentence, forest plots of the arms, the recommended arm and what to do next. */
export async function verdictOpening(record: RunRecord): Promise<Html> {
  const { outcome, sentence } = record.verdict;
  const [first, ...rest] = sentencesOf(sentence);
  const { tone, words } = outcomes[outcome];
  const reference = referenceArm(record);
  // Arms with a few labels belong to the learning curve; here they would hide the question: without annotation, or with all of it?
  const arms = record.arms.filter(
    (arm) =>
      record.learningCurves.length === 0 ||
      arm.annotatedImages === 0 ||
      arm === reference ||
      arm.name === record.verdict.recommended,
  );
  const metrics = leadingMetrics(record);
  const columns = metrics.length > 2 ? "three" : "two";
  const forests = await Promise.all(metrics.map((metric) => armsForest(record, arms, metric, forestWidth[columns])));
  const doubts = cautions(record).length + record.warnings.length;
  return html`<div class="verdict tone-${tone}">
${badge(tone, words)}${standInTag(record)}
<h2 class="verdict-sentence">${first}</h2>
${
  rest.length > 3
    ? html`<ul class="verdict-list">${rest.map((further) => html`<li>${further}</li>`)}</ul>`
    : rest.map((further) => html`<p class="verdict-more">${further}</p>`)
}
${doubts > 0 ? html`<p class="soft"><a href="#warnings">${formatCounted(doubts, "remark")}</a> on how far to trust this.</p>` : undefined}
</div>
${
  forests.some((plot) => plot !== undefined)
    ? html`<div class="columns ${columns}">${forests}</div>
<p class="key">Large dot: mean. Line: 95 % interval over seeds and ${wordingOf(record).test.many}. Small dots: single seeds.${reference ? html` Dashed: ${reference.title}.` : undefined} ★ recommended. ${arms.length < record.arms.length ? html`Arms with a part of the labels are under <a href="#arms">All arms</a>. ` : undefined}The axes do not start at zero.</p>`
    : undefined
}
<div class="columns even">
<div class="box">${recommendation(record)}</div>
<div class="box"><h3>What to do next</h3>${nextSteps(record)}</div>
</div>`;
}
