import { existsSync } from "node:fs";
import { segmenterFiles } from "../recipes/jobs/fit-segmenter.ts";
import type { RunRecord } from "../recipes/record.ts";
import type { RunFolder } from "../recipes/run-folder.ts";
import { formatInterval, formatList, formatScore } from "../report/format.ts";
import { shownPath } from "./shown-path.ts";

/** What a finished run says on the terminal: the verdict, and where everything is. */
export function runSummary(record: RunRecord, folder: RunFolder): string {
  const { verdict, data, recipe } = record;
  const rows: [string, string][] = [];
  const arm = record.arms.find(({ name }) => name === verdict.recommended);
  const [score] = arm?.scores ?? [];
  rows.push([
    "recommended",
    `${arm?.title ?? verdict.recommended}${score ? ` (${score.metric} ${formatScore(score.value)}, 95 % interval ${formatInterval(score.low, score.high)}, ${score.n} test images)` : ""}`,
  ]);

  const { name, weights } = modelOf(record, folder, Number(recipe.seed ?? 0));
  if (weights)
    rows.push([
      "model",
      `${shownPath(weights)}${name === verdict.recommended ? "" : ` (of the arm "${name}"; the recommended one needs no model)`}`,
    ]);
  const sets = data.filter(({ role }) => role === "simulated" || role === "generated");
  const used = sets.filter(({ labelsUsedBy }) => labelsUsedBy.includes(name));
  if (sets.length > 0)
    rows.push([
      "images",
      `${shownPath(folder.file("synthetic"))} (${formatList((used.length > 0 ? used : sets).slice(0, 4).map((set) => set.name))})`,
    ]);

  return [
    `Verdict: ${verdict.sentence}`,
    ...(data.some(({ standIn }) => standIn)
      ? [
          'Note: the "real" images of this run are simulated by a stand-in microscope; its numbers say nothing about a real one.',
        ]
      : []),
    ...record.warnings.map((warning) => `Note: ${warning}`),
    "",
    ...rows.map(([title, value]) => `  ${title.padEnd(11)} ${value}`),
    "",
    ...(weights ? [`Use it:  fantascope predict --model ${shownPath(weights)} IMAGES_DIR --out predictions`, ""] : []),
  ].join("\n");
}

/** Weights of the recommended arm, or of the arm of all synthetic images when the recommended one has none, such as a classical method. */
function modelOf({ verdict }: RunRecord, folder: RunFolder, seed: number): { name: string; weights?: string } {
  for (const name of [verdict.recommended, "combined"]) {
    const { weights } = segmenterFiles({ folder }, name, seed);
    if (existsSync(weights)) return { name, weights };
  }
  return { name: verdict.recommended };
}
