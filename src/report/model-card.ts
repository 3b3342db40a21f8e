/**
 * What a stranger must know about one trained model, as Markdown: the documentation of a package that leaves the run folder.
 *
 * Every number of it stands in the record of the run.
 */

import type { CardTexts } from "../recipes/card-texts.ts";
import type { ArmRecord, DataRecord, RunRecord, Score } from "../recipes/record.ts";
import { formatCount, formatCounted, formatDuration, formatTime } from "./format.ts";
import { metricFormat } from "./metric-format.ts";

/** What a card says besides the record. */
export interface ModelCardOptions {
  readonly name: string;
  readonly arm: Pick<ArmRecord, "name" | "title" | "training">;
  readonly seed: number;
  /** What its recipe says. */
  readonly texts: CardTexts;
  readonly authors: readonly { readonly name: string }[];
  /** SPDX identifier. */
  readonly license: string;
  /** Version of Fantascope that writes the package; the record has the one that trained. */
  readonly fantascope: string;
}

/** Documentation of a trained model. The heading `Validation` is what the BioImage Model Zoo looks for. */
export function modelCard(record: RunRecord, options: ModelCardOptions): string {
  const { name, arm, texts } = options;
  const parts = [
    `# ${oneLine(name)}`,
    ...(isSimulated(record)
      ? [
          '**Simulated: the "real" images of this run come from a simulated stand-in microscope. The numbers below say nothing about a real one.**',
        ]
      : []),
    `${texts.purpose} Trained with Fantascope ${oneLine(record.fantascope)} on ${oneLine(arm.training)}.`,
    texts.input,
    texts.output,
    training(record, options),
    validation(record, options),
    limits(record, texts),
    `## Test pair and cover\n\n${texts.testPair}`,
    origin(record, options),
  ];
  return `${parts.join("\n\n")}\n`;
}

/** Whether the scores of a run come from images that a simulator made. */
export function isSimulated({ data }: Pick<RunRecord, "data">): boolean {
  return data.some(({ standIn }) => standIn);
}

function training({ data }: RunRecord, { arm, seed, texts }: ModelCardOptions): string {
  const { steps, uses, objects } = texts;
  const used = data.filter(({ labelsUsedBy }) => labelsUsedBy.includes(arm.name));
  const own = used.filter(({ role, name }) => role.startsWith("real") || name.endsWith(`-${seed}`));
  const learned = own.length > 0 ? own : used;
  const seen = data.filter((collection) => collection.role === "real, for learning" && !learned.includes(collection));
  const lead = `Arm "${oneLine(arm.name)}" (${oneLine(arm.title)}), seed ${seed}: ${oneLine(arm.training)}${steps === undefined ? "" : `; ${formatCounted(steps, "step")}`}.`;
  const row = (collection: DataRecord, use: string) => dataRow(collection, use, objects !== undefined);
  const rows = [
    ...learned.map((collection) => row(collection, collection.role.startsWith("real") ? uses.real : "trained on")),
    ...seen.map((collection) => row(collection, uses.others)),
  ];
  const head = ["images", "part in it", "number", ...(objects === undefined ? [] : [objects]), "content hash"];
  return ["## Training", lead, ...texts.training, table(head, rows)].join("\n\n");
}

function dataRow({ name, role, standIn, images, objects, hash }: DataRecord, use: string, counted: boolean): string[] {
  const kind = standIn ? "simulated stand-in" : role.replace(/,.*/, "");
  return [`${name} (${kind})`, use, formatCount(images), ...(counted ? [formatCount(objects)] : []), `\`${hash}\``];
}

function validation(record: RunRecord, { arm, seed, texts }: ModelCardOptions): string {
  const { arms, comparisons, verdict, data } = record;
  const own = arms.find(({ name }) => name === arm.name);
  const simulated = isSimulated(record) ? " (simulated)" : "";
  const lead = `## Validation\n\n> ${oneLine(verdict.sentence)}`;
  if (!own) return `${lead}\n\nThere are no scores of this model.\n\n${texts.again}`;
  const shown = [own, ...arms.filter(({ name }) => texts.baselines.includes(name) && name !== own.name)];
  const metrics = own.scores.map(({ metric }) => metric);
  const rows = shown.map((one) => [
    one === own ? `**${one.title}** (this arm)` : `${one.title} (baseline)`,
    String(one.annotatedImages),
    String(one.scores[0]?.perSeed.length ?? 0),
    ...metrics.map((metric) => scored(one.scores.find((score) => score.metric === metric))),
  ]);
  const tested = data.find(({ role }) => role === "real, for scoring");
  const facts = [
    `${formatCounted(own.scores[0]?.n ?? 0, texts.test)}${simulated} that no arm learned from`,
    ...(tested
      ? [
          `"${tested.name}"${texts.objects === undefined ? "" : `, ${formatCount(tested.objects)} nuclei`}, hash \`${tested.hash}\``,
        ]
      : []),
  ].join(": ");
  const sentences = comparisons.filter((one) => one.arm === arm.name).map(({ sentence }) => `- ${oneLine(sentence)}`);
  return [
    lead,
    `Scores${simulated} of all models of an arm, one per seed, with 95 % intervals over seeds and ${texts.test}s; ${oneLine(facts)}. The same ${texts.test}s, steps and first weights for every arm. ${texts.metrics}`,
    table(["model", texts.realNeed, "seeds", ...metrics.map((name) => metricFormat(name).heading)], rows),
    ...thisModel(own, seed - Number(record.recipe.seed ?? 0), seed),
    ...(own.name === verdict.recommended ? [texts.chosen] : []),
    ...(sentences.length > 0 ? [`Paired comparisons of this arm:\n\n${sentences.join("\n")}`] : []),
    texts.again,
  ].join("\n\n");
}

function scored(score: Score | undefined): string {
  if (!score) return "–";
  const { score: format, interval } = metricFormat(score.metric);
  return `${format(score.value)} (${interval(score.low, score.high)})`;
}

function withUnit(metric: string, value: number): string {
  const { score, unit } = metricFormat(metric);
  return unit === undefined ? score(value) : `${score(value)} ${unit === "dB" ? unit : `(${unit})`}`;
}

/** Scores of the one model in the package, when the arm has more. */
function thisModel({ scores }: ArmRecord, index: number, seed: number): string[] {
  const single = scores.flatMap(({ metric, perSeed }) => {
    const value = perSeed.length > 1 ? perSeed[index] : undefined;
    return value === undefined ? [] : [`${metric} ${withUnit(metric, value)}`];
  });
  return single.length > 0 ? [`The model in this package alone (seed ${seed}): ${single.join(", ")}.`] : [];
}

function limits({ warnings }: RunRecord, texts: CardTexts): string {
  return `## Limits\n\n${[...texts.limits, ...warnings].map((limit) => `- ${oneLine(limit)}`).join("\n")}`;
}

function origin(record: RunRecord, { authors, license, fantascope }: ModelCardOptions): string {
  const { command, title, finishedAt, seconds, machine, methods } = record;
  return `## How it was made

Run "${oneLine(title)}", finished ${formatTime(finishedAt)} after ${formatDuration(seconds)} on ${formatCounted(machine.cores, "core")} (${oneLine(machine.processor)}), Fantascope ${oneLine(record.fantascope)}, onnxruntime ${oneLine(machine.onnxruntime)}; packaged by Fantascope ${fantascope}. The command:

    ${oneLine(command)}

Methods:

${methods.map(({ name, reference }) => `- ${oneLine(name)}: ${oneLine(reference)}`).join("\n")}

## Licence

${license}. Authors: ${authors.map(({ name }) => oneLine(name)).join(", ")}.`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => oneLine(cell).replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

/** Text of a record inside a line of Markdown. */
function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim();
}
