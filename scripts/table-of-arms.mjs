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
const METRICS = [...new Set(record.comparisons.map(({ metric }) => metric))];
/** Decibels are told as they are, shares in points of 1/100. */
const isDecibel = (metric) => metric === "PSNR";
const signed = (value, digits) => `${value >= 0 ? "+" : "−"}${Math.abs(value).toFixed(digits)}`;
const gain = (value, metric) => (isDecibel(metric) ? `${signed(value, 2)} dB` : signed(100 * value, 1));
const digits = (metric) => (isDecibel(metric) ? 2 : 3);
const scored = ({ metric, value, low, high }) =>
  `${value.toFixed(digits(metric))} [${low.toFixed(digits(metric))}, ${high.toFixed(digits(metric))}]`;
const gained = ({ metric, difference, low, high }) =>
  `${gain(difference, metric)} [${gain(low, metric)}, ${gain(high, metric)}]`;
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
      return [scored(score), score.perSeed.map((one) => one.toFixed(digits(name))).join(" ")];
    }),
  ]),
);
table(
  ["difference", "metric", "points [95 %]", "p (Holm)", "outcome"],
  record.comparisons.map(({ arm, baseline, metric, difference, low, high, adjustedPValue, outcome }) => [
    `${titles.get(arm)} − ${titles.get(baseline)}`,
    metric,
    gained({ metric, difference, low, high }),
    adjustedPValue.toFixed(3),
    outcome,
  ]),
);
if (record.realism.length > 0)
  table(
    ["images", "n", ...record.realism[0].measures.map(({ name }) => `${name} [95 %]; real among themselves`)],
    record.realism.map(({ source, images, realImages, measures }) => [
      source,
      `${images} / ${realImages} real`,
      ...measures.map(
        ({ value, low, high, floor }) =>
          `${value.toPrecision(3)} [${low.toPrecision(3)}, ${high.toPrecision(3)}]; ${floor?.toPrecision(3) ?? "–"}`,
      ),
    ]),
  );
const detailed = record.realism.filter(({ detail = [] }) => detail.length > 0);
if (detailed.length > 0)
  table(
    [
      "power of detail beside real images",
      ...detailed[0].detail.map(({ finestPx }) => `down to ${finestPx.toPrecision(2)} px`),
    ],
    detailed.map(({ source, detail }) => [source, ...detail.map(({ power }) => power.toFixed(2))]),
  );
for (const { generator, sentence } of record.novelty) console.log(`- ${generator}: ${sentence}`);
for (const { arm, sentence, disagreementTellsError } of record.probes)
  console.log(
    `- ${titles.get(arm)}: ${sentence} Rank correlation of disagreement and error ${disagreementTellsError?.toFixed(2) ?? "–"}.`,
  );
if (record.novelty.length > 0) console.log();
const hasAudits = record.audits.length > 0;
if (hasAudits)
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
if (hasAudits)
  table(
    [
      "generator",
      ...record.steganography[0].cycleErrors.map(({ disturbance }) => disturbance),
      "fine detail / real",
      "spread of brightness (simulated)",
      "contacts (simulated)",
      "hidden signal",
    ],
    record.steganography.map(({ generator, cycleErrors, highBandRatio, brightnessSpread, contacts, hidden }) => [
      generator,
      ...cycleErrors.map(({ error, ratio }) => `${error.toFixed(4)} (×${ratio.toFixed(2)})`),
      highBandRatio.toFixed(2),
      brightnessSpread ? `${brightnessSpread.generated.toFixed(2)} (${brightnessSpread.simulated.toFixed(2)})` : "",
      contacts ? `${contacts.generated.toFixed(2)} (${contacts.simulated.toFixed(2)})` : "",
      hidden ? "yes" : "no",
    ]),
  );
const { seconds, peakMemoryMb, machine, command } = record;
console.log(
  `${command}: ${(seconds / 60).toFixed(0)} min, ${peakMemoryMb} MB; ${machine.processor}, ${machine.workers} workers, Node ${machine.node}, onnxruntime ${machine.onnxruntime}`,
);
