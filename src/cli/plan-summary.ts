import { isAbsolute } from "node:path";
import { kindOf } from "../recipes/kinds.ts";
import type { PlanRow, RunInputs } from "../recipes/recipe-kind.ts";
import { formatCounted, formatList, formatMemory } from "../report/format.ts";
import { shownPath } from "./shown-path.ts";
import { wrapped } from "./wrapped.ts";

/** What is going to be done, before it is done: so that nobody waits for the wrong thing. */
export function planSummary(inputs: RunInputs, out: string): string {
  const { arms, seeds, workers, expectedMinutes, expectedMemoryMb, warnings } = inputs.plan;
  const rows: PlanRow[] = [
    ...kindOf(inputs.recipe).describePlan(inputs),
    ["arms", arms.map(({ title }) => title).join(" · ")],
    ["seeds", `${formatList(seeds.map(String))}, on ${formatCounted(workers, "worker")}`],
    ["expected", `about ${minutes(expectedMinutes)} and ${formatMemory(expectedMemoryMb)} of memory here`],
    ["into", shownPath(out)],
  ];
  return [
    "Plan",
    ...rows.map(([name, value]) => wrapped(`  ${name.padEnd(11)} ${shown(value)}`, { indent: " ".repeat(14) })),
    ...warnings.map((warning) => wrapped(`  Note: ${warning}`, { indent: "  " })),
    "",
    "",
  ].join("\n");
}

/** A path is shown from the current folder; every other text as it is. */
function shown(text: string): string {
  return isAbsolute(text) ? shownPath(text) : text;
}

function minutes(count: number): string {
  const whole = Math.max(1, Math.round(count));
  return whole < 60 ? `${whole} min` : `${Math.floor(whole / 60)} h ${whole % 60} min`;
}
