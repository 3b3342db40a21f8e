import { existsSync } from "node:fs";
import { kindOf } from "../recipes/kinds.ts";
import type { RunRecord } from "../recipes/record.ts";
import type { RunFolder } from "../recipes/run-folder.ts";
import { formatList } from "../report/format.ts";
import { metricFormat } from "../report/metric-format.ts";
import { shownPath } from "./shown-path.ts";
import { wrapped } from "./wrapped.ts";

/** What a finished run says on the terminal: the verdict, and where everything is. */
export function runSummary(record: RunRecord, folder: RunFolder, { program = "fantascope" } = {}): string {
  const { verdict, data, recipe } = record;
  const model = modelOf(record, folder, Number(recipe.seed ?? 0));
  const rows: [string, string][] = [["recommended", recommendation(record)]];
  if (model.weights) {
    const isOther = model.arm !== verdict.recommended;
    rows.push([
      "model",
      `${shownPath(model.weights)}${isOther ? ` (arm "${model.arm}": the recommended one needs none)` : ""}`,
    ]);
  }
  const images = syntheticSets(record, model.arm);
  if (images) rows.push(["images", `${shownPath(folder.file("synthetic"))} (${images})`]);
  rows.push(["report", shownPath(folder.file("report.html"))]);
  const standIn =
    'Note: the "real" images of this run are simulated by a stand-in microscope; its numbers say nothing about a real one.';

  return [
    wrapped(`Verdict: ${verdict.sentence}`),
    ...(data.some((collection) => collection.standIn) ? [wrapped(standIn)] : []),
    ...record.warnings.map((warning) => wrapped(`Note: ${warning}`)),
    "",
    ...rows.map(([title, value]) => `  ${title.padEnd(11)} ${value}`),
    "",
    ...(model.weights
      ? [`Use it:  ${program} predict --model ${shownPath(model.weights)} IMAGES_DIR --out predictions`, ""]
      : []),
  ].join("\n");
}

function recommendation({ arms, verdict }: RunRecord): string {
  const arm = arms.find(({ name }) => name === verdict.recommended);
  const [score] = arm?.scores ?? [];
  if (!arm || !score) return verdict.recommended;
  const { metric, value, low, high, n } = score;
  const { heading, score: told, interval } = metricFormat(metric);
  return `${arm.title} (${heading} ${told(value)}, 95 % interval ${interval(low, high)}, ${n} test images)`;
}

/** Names of the synthetic sets that an arm learned from; of all when it learned from none. */
function syntheticSets({ data }: RunRecord, arm: string): string | undefined {
  const sets = data.filter(({ role }) => role === "simulated" || role === "generated");
  const used = sets.filter(({ labelsUsedBy }) => labelsUsedBy.includes(arm));
  const names = (used.length > 0 ? used : sets).map(({ name }) => name);
  if (names.length === 0) return undefined;
  return names.length <= 6 ? formatList(names) : `${names.slice(0, 5).join(", ")} and ${names.length - 5} more`;
}

/** Weights of the recommended arm; of the arm of all synthetic images when the recommended one has none, as a classical method. */
function modelOf({ verdict, recipe }: RunRecord, folder: RunFolder, seed: number): { arm: string; weights?: string } {
  for (const arm of [verdict.recommended, "combined"]) {
    const weights = kindOf({ recipe: String(recipe.recipe) }).modelFile(folder, arm, seed);
    if (existsSync(weights)) return { arm, weights };
  }
  return { arm: verdict.recommended };
}
