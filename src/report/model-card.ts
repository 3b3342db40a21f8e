/**
 * What a stranger must know about one trained segmenter, as Markdown: the documentation of a package that leaves the run folder.
 *
 * Every number of it stands in the record of the run.
 */

import { CANONICAL_DIAMETER_PX } from "../data/canonical.ts";
import type { ArmRecord, DataRecord, RunRecord, Score } from "../recipes/record.ts";
import { formatCount, formatCounted, formatDuration, formatInterval, formatScore, formatTime } from "./format.ts";

/** What a card says besides the record. */
export interface ModelCardOptions {
  readonly name: string;
  readonly arm: Pick<ArmRecord, "name" | "title" | "training">;
  readonly seed: number;
  /** Edge of the network's input. */
  readonly inputPx: number;
  readonly authors: readonly { readonly name: string }[];
  /** SPDX identifier. */
  readonly license: string;
  /** Version of Fantascope that writes the package; the record has the one that trained. */
  readonly fantascope: string;
}

/** Arms that every other one is held against. */
const BASELINES = ["classical", "real-all"];

/** Whoever chooses by a score believes it too readily. */
const CHOSEN =
  "The run recommends this arm because its score on these test images was the highest of all arms that need no annotation; a score that was chosen so is likely to be a little too high.";

/** Documentation of a trained segmenter. The heading `Validation` is what the BioImage Model Zoo looks for. */
export function modelCard(record: RunRecord, options: ModelCardOptions): string {
  const { name, arm, inputPx } = options;
  const parts = [
    `# ${oneLine(name)}`,
    ...(isSimulated(record)
      ? [
          '**Simulated: the "real" images of this run come from a simulated stand-in microscope. The numbers below say nothing about a real one.**',
        ]
      : []),
    `Finds nuclei in fluorescence images: bright nuclei on a dark background, one channel, two dimensions. A U-Net predicts three maps, from which one label per nucleus is cut. Trained with Fantascope ${oneLine(record.fantascope)} on ${oneLine(arm.training)}.`,
    input(inputPx),
    output(),
    training(record, options),
    validation(record, options),
    limits(record, inputPx),
    "## Test pair and cover\n\nThe test input is simulated: a scene drawn new from the simulator that was calibrated on the run's images. It is none of these images, and no part of one. The test output is what the network gave before it was exported, and what ONNX Runtime gives for the exported file. The cover shows the same scene, and the outlines of the nuclei that were found in it.",
    origin(record, options),
  ];
  return `${parts.join("\n\n")}\n`;
}

/** Whether the scores of a run come from images that a simulator made. */
export function isSimulated({ data }: Pick<RunRecord, "data">): boolean {
  return data.some(({ standIn }) => standIn);
}

function input(inputPx: number): string {
  return `## Input: the canonical form

One channel of ${inputPx} × ${inputPx} px, float32, \`[1, 1, ${inputPx}, ${inputPx}]\`: nuclei about ${CANONICAL_DIAMETER_PX} px across, background 0.1, typical nucleus 0.55, brought to -1…1. For each image by itself, and without labels:

1. Segment it roughly: Otsu's threshold, then a watershed on the distance. Let \`d\` be the area-weighted median diameter of the objects in pixels, \`n\` the median grey level inside them, \`b\` the median grey level outside.
2. Resize the image by \`${CANONICAL_DIAMETER_PX} / d\`, kept within 0.35 to 1.8: averaging areas to shrink, bilinear to enlarge.
3. \`v = clip(0.1 + 0.45 * (grey - b) / (n - b), 0, 1)\`
4. The network takes \`2 * v - 1\`.

Larger images go through it in tiles that overlap by 32 px or more, blended linearly; smaller ones are padded by mirroring.`;
}

function output(): string {
  return `## Output: from maps to nuclei

\`[1, 3, H, W]\`, each 0…1: *foreground* (inside a nucleus), *border* (where two nuclei touch), *distance* (to the nearest pixel outside the nucleus, over its largest value there). Resize the maps to the image's own pixels, bilinear; then

1. cores are pixels where foreground > 0.5, distance > 0.5 and border < 0.5, 8-connected; a piece of foreground without any core is one core;
2. a watershed on \`-distance\`, from the cores, within foreground > 0.5 gives one label per nucleus;
3. each outline is moved to where its nucleus falls to half its brightness, and specks below 6 % of the area of a typical nucleus are dropped.

\`fantascope predict\` does all of this, from any image to labels, with the weights (.safetensors) that the run keeps beside this model.`;
}

function training({ data, recipe }: RunRecord, { arm, seed }: ModelCardOptions): string {
  const used = data.filter(({ labelsUsedBy }) => labelsUsedBy.includes(arm.name));
  const own = used.filter(({ role, name }) => role.startsWith("real") || name.endsWith(`-${seed}`));
  const learned = own.length > 0 ? own : used;
  const seen = data.filter((collection) => collection.role === "real, for learning" && !learned.includes(collection));
  const steps = stepsOf(recipe.segmenter);
  return `## Training

Arm "${oneLine(arm.name)}" (${oneLine(arm.title)}), seed ${seed}: ${oneLine(arm.training)}${steps === undefined ? "" : `; ${formatCounted(steps, "step")}`}.

${table(
  ["images", "part in it", "number", "nuclei in their labels", "content hash"],
  [
    ...learned.map((collection) =>
      dataRow(collection, collection.role.startsWith("real") ? "trained on as many as said above" : "trained on"),
    ),
    ...seen.map((collection) => dataRow(collection, "seen without labels")),
  ],
)}`;
}

function dataRow({ name, role, standIn, images, objects, hash }: DataRecord, use: string): string[] {
  const kind = standIn ? "simulated stand-in" : role.replace(/,.*/, "");
  return [`${name} (${kind})`, use, formatCount(images), formatCount(objects), `\`${hash}\``];
}

/** Steps of a training, where the recipe says them. */
function stepsOf(settings: unknown): number | undefined {
  const steps = (settings as { steps?: unknown } | undefined)?.steps;
  return typeof steps === "number" ? steps : undefined;
}

function validation(record: RunRecord, { arm, seed }: ModelCardOptions): string {
  const { arms, comparisons, verdict, data } = record;
  const own = arms.find(({ name }) => name === arm.name);
  const simulated = isSimulated(record) ? " (simulated)" : "";
  const again =
    "To validate it on your own images, label some that it has not seen, and compare its labels with yours one to one at an IoU of 0.5; `fantascope run segment --real DIR --test DIR` does this with intervals, beside the same baselines.";
  const lead = `## Validation\n\n> ${oneLine(verdict.sentence)}`;
  if (!own) return `${lead}\n\nThere are no scores of this model.\n\n${again}`;
  const shown = [own, ...arms.filter(({ name }) => BASELINES.includes(name) && name !== own.name)];
  const metrics = own.scores.map(({ metric }) => metric);
  const rows = shown.map((one) => [
    one === own ? `**${one.title}** (this arm)` : `${one.title} (baseline)`,
    String(one.annotatedImages),
    String(one.scores[0]?.perSeed.length ?? 0),
    ...metrics.map((metric) => scored(one.scores.find((score) => score.metric === metric))),
  ]);
  const tested = data.find(({ role }) => role === "real, for scoring");
  const facts = [
    `${formatCounted(own.scores[0]?.n ?? 0, "test image")}${simulated} that no arm learned from`,
    ...(tested ? [`"${tested.name}", ${formatCount(tested.objects)} nuclei, hash \`${tested.hash}\``] : []),
  ].join(": ");
  const sentences = comparisons.filter((one) => one.arm === arm.name).map(({ sentence }) => `- ${oneLine(sentence)}`);
  return [
    lead,
    `Scores${simulated} of all models of an arm, one per seed, with 95 % intervals over seeds and test images; ${oneLine(facts)}. The same images, steps and first weights for every arm. *matchAccuracy* is TP / (TP + FP + FN), one to one, averaged over IoU 0.50, 0.55 … 0.95.`,
    table(["model", "images annotated", "seeds", ...metrics], rows),
    ...thisModel(own, seed - Number(record.recipe.seed ?? 0), seed),
    ...(own.name === verdict.recommended ? [CHOSEN] : []),
    ...(sentences.length > 0 ? [`Paired comparisons of this arm:\n\n${sentences.join("\n")}`] : []),
    again,
  ].join("\n\n");
}

function scored(score: Score | undefined): string {
  return score ? `${formatScore(score.value)} (${formatInterval(score.low, score.high)})` : "–";
}

/** Scores of the one model in the package, when the arm has more. */
function thisModel({ scores }: ArmRecord, index: number, seed: number): string[] {
  const single = scores.flatMap(({ metric, perSeed }) => {
    const value = perSeed.length > 1 ? perSeed[index] : undefined;
    return value === undefined ? [] : [`${metric} ${formatScore(value)}`];
  });
  return single.length > 0 ? [`The model in this package alone (seed ${seed}): ${single.join(", ")}.`] : [];
}

function limits({ warnings }: RunRecord, inputPx: number): string {
  const known = [
    "Bright nuclei on a dark background only: one channel, two dimensions. Where Otsu's threshold finds nothing, there is no canonical form to begin with.",
    `The input is fixed to ${inputPx} × ${inputPx} px in canonical form. Grey values that are not brought to it give wrong maps without any warning.`,
    "Nuclei that overlap in projection were drawn side by side, and come out so.",
    "The scores hold for images like the test images, and for nothing else. Not for diagnosis.",
  ];
  return `## Limits\n\n${[...known, ...warnings].map((limit) => `- ${oneLine(limit)}`).join("\n")}`;
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
