import { existsSync } from "node:fs";
import { join } from "node:path";
import { openDataset } from "../data/folder-dataset.ts";
import type { BaseRecipe } from "../recipes/base-recipe.ts";
import { foldFolder } from "../recipes/cross-validation.ts";
import { run } from "../recipes/run.ts";
import { openRunFolder, runFolder } from "../recipes/run-folder.ts";
import type { CommandContext } from "./command-context.ts";
import { planSummary } from "./plan-summary.ts";
import { progressLine } from "./progress-line.ts";
import { runSummary } from "./run-summary.ts";
import { readRecord } from "./stages/read-record.ts";
import { writeReport } from "./stages/write-report.ts";

/** Executes a recipe, or finishes it, and tells about it: plan, progress, verdict, where everything is. */
export async function executeRun(recipe: BaseRecipe, out: string, context: CommandContext): Promise<void> {
  const { terminal, signal, typed } = context;
  // A folder without images is told before the folder of the run is made, and one of another recipe before any work.
  for (const folder of [recipe.real, recipe.test]) if (folder !== undefined) await openDataset(folder);
  if (existsSync(join(out, "recipe.yaml"))) await openRunFolder(out, recipe);
  if (await tellFinished(out, context)) return;
  const line = progressLine(terminal);
  try {
    await run(recipe, out, {
      command: typed,
      signal,
      onProgress: line.onProgress,
      onPlan: (inputs, folder) => {
        line.clear();
        if (recipe.folds !== undefined) terminal.print(`${inputs.recipe.title}\n`);
        terminal.print(planSummary(inputs, folder.path));
        line.expect(1 / inputs.plan.workers); // the weights of the progress are seconds of one core
      },
    });
  } finally {
    line.clear();
  }
  await tellResult(out, context);
}

/** When a folder holds a finished run, says so and where everything is; whether it did. */
export async function tellFinished(out: string, context: CommandContext): Promise<boolean> {
  if (!existsSync(join(out, "record.json"))) return false;
  context.terminal.print("This run is finished already; nothing was done again.\n\n");
  await tellResult(out, context);
  return true;
}

/** Builds the page from the record and says what came out. */
async function tellResult(out: string, { terminal, program }: CommandContext): Promise<void> {
  const record = await readRecord(out);
  for (let fold = 1; fold <= Number(record.recipe.folds ?? 0); fold++) await writeReport(foldFolder(out, fold));
  await writeReport(out);
  terminal.print(runSummary(record, runFolder(out), { program }));
}
