#!/usr/bin/env node
// Prints the tables of docs/results.md from the record of a run: node scripts/table-of-arms.mjs RUN_FOLDER
import { readFileSync } from "node:fs";
import { join } from "node:path";

const [folder] = process.argv.slice(2);
if (!folder) {
  console.error("node scripts/table-of-arms.mjs RUN_FOLDER: expected the folder of a finished run, got none.");
  process.exit(1);
}
const record = JSON.parse(readFileSync(join(folder, "record.json"), "utf8"));
const METRICS = ["F1@0.5", "mean matchAccuracy"];
const points = (value) => `${value >= 0 ? "+" : "−"}${Math.abs(100 * value).toFixed(1)}`;
const scored = ({ value, low, high }) => `${value.toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}]`;
const gained = ({ difference, low, high }) => `${points(difference)} [${points(low)}, ${points(high)}]`;
const titles = new Map(record.arms.map(({ name, title }) => [name, title]));

function table(head, rows) {
  console.log(`| ${head.join(" | ")} |\n|${head.map(() => "---").join("|")}|`);
  for (const row of rows) console.log(`| ${row.join(" | ")} |`);
  console.log();
}

table(
  ["arm", ...METRICS.flatMap((metric) => [`${metric} [95 %]`, "per seed"])],
  record.arms.map(({ title, scores }) => [
    title,
    ...METRICS.flatMap((name) => {
      const score = scores.find(({ metric }) => metric === name);
      return [scored(score), score.perSeed.map((one) => one.toFixed(3)).join(" ")];
    }),
  ]),
);
table(
  ["difference", "metric", "points [95 %]", "p (Holm)", "outcome"],
  record.comparisons.map(({ arm, baseline, metric, difference, low, high, adjustedPValue, outcome }) => [
    `${titles.get(arm)} − ${titles.get(baseline)}`,
    metric,
    gained({ difference, low, high }),
    adjustedPValue.toFixed(3),
    outcome,
  ]),
);
table(
  [
    "generator, label",
    "images",
    "kept",
    "relabel",
    "reject",
    "without contrast",
    "median F1@0.5 with each witness",
    "agreement with a segmenter of real labels, F1@0.5 [95 %]",
    "above vanilla, input",
  ],
  record.audits.map(({ generator, images, kept, relabelled, rejected, invisibleShare, witnesses, agreement }) => [
    generator,
    images,
    kept,
    relabelled,
    rejected,
    `${(100 * invisibleShare).toFixed(2)} %`,
    witnesses.map(({ name, medianF1 }) => `${name} ${medianF1.toFixed(3)}`).join(", "),
    agreement ? scored(agreement.score) : "",
    agreement?.aboveVanilla ? gained(agreement.aboveVanilla) : "",
  ]),
);
table(
  [
    "generator",
    ...record.steganography[0].cycleErrors.map(({ disturbance }) => disturbance),
    "fine detail / real",
    "hidden signal",
  ],
  record.steganography.map(({ generator, cycleErrors, highBandRatio, hidden }) => [
    generator,
    ...cycleErrors.map(({ error, ratio }) => `${error.toFixed(4)} (×${ratio.toFixed(2)})`),
    highBandRatio.toFixed(2),
    hidden ? "yes" : "no",
  ]),
);
const { seconds, peakMemoryMb, machine, command } = record;
console.log(
  `${command}: ${(seconds / 60).toFixed(0)} min, ${peakMemoryMb} MB; ${machine.processor}, ${machine.workers} workers, Node ${machine.node}, onnxruntime ${machine.onnxruntime}`,
);
