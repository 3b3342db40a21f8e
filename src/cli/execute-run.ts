import type { SegmentRecipe } from "../recipes/recipe.ts";
import { run } from "../recipes/run.ts";
import { openRunFolder } from "../recipes/run-folder.ts";
import type { CommandContext } from "./command-line.ts";
import { shownPath } from "./shown-path.ts";
import { planSummary } from "./plan-summary.ts";
import { progressLine } from "./progress-line.ts";
import { runSummary } from "./run-summary.ts";
import { readRecord, writeReport } from "./stages/write-report.ts";

/** Executes a recipe, or finishes it, and tells about it: plan, progress, verdict, where everything is. */
export async function executeRun(recipe: SegmentRecipe, out: string, { terminal, signal, typed }: CommandContext): Promise<void> {
  const folder = await openRunFolder(out, recipe);
  if ((await folder.readJson("record.json")) !== undefined) {
    terminal.print(`This run is finished already; nothing was done again.\n\n`);
    await writeReport(folder.path);
    terminal.print(runSummary(await readRecord(folder.path), folder));
    return;
  }
  const line = progressLine(terminal);
  try {
    await run(recipe, out, {
      command: typed,
      signal,
      onProgress: line.onProgress,
      onPlan: (inputs) => {
        line.clear();
        terminal.print(`${planSummary(inputs)}  into        ${shownPath(folder.path)}\n\n`);
        // the weights of the progress are seconds of one core
        line.expect(1 / inputs.plan.workers);
      },
    });
  } finally {
    line.clear();
  }
  await writeReport(folder.path);
  terminal.print(runSummary(await readRecord(folder.path), folder));
}
