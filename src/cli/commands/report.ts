import { Command } from "commander";
import type { CommandMaker } from "../command-context.ts";

const HELP = `
Needs nothing but record.json and the pictures of the run, so it works years later and on another machine.

Example:
  $ fantascope report runs/demo

Where it goes:
  RUN_FOLDER/report.html, replacing the earlier page`;

/** `fantascope report`: the page of a run, built again. */
export const reportCommand: CommandMaker = ({ terminal }) =>
  new Command("report")
    .summary("build the page of a finished run again")
    .description("Builds report.html of a finished run again.")
    .argument("<run-folder>", "folder of a finished run")
    .addHelpText("after", HELP)
    .action(async (folder: string) => {
      const { writeReport } = await import("../stages/write-report.ts");
      const { shownPath } = await import("../shown-path.ts");
      terminal.print(`Report: ${shownPath(await writeReport(folder))}\n`);
    });
