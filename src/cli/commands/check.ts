import { Command } from "commander";
import type { CommandMaker } from "../command-context.ts";

interface CheckOptions {
  readonly test?: string;
  readonly out: string;
}

const HELP = `
A folder is understood by its names (images/ with labels/ or masks/, low/ beside high/ for pairs, Kaggle's layout, or
images alone) or by a dataset.json. Nothing in it is changed. With --test it also looks for images that are in both
folders.

Example:
  $ fantascope check my-images --test my-test-images

Where it goes:
  findings on the terminal; check.html (or --out) shows images beside their labels
Exit code 1 says that something must be mended before the images can be used.`;

/** `fantascope check`: what the program sees in a folder. */
export const checkCommand: CommandMaker = (context) =>
  new Command("check")
    .summary("what the program sees in your folder, and what is suspicious")
    .description(
      "Says in plain words what images and labels a folder holds and what is suspicious, and writes a preview page.",
    )
    .argument("<folder>", "folder of images, with or without labels")
    .option("--test <folder>", "test images that must not be among the others")
    .option("--out <file>", "preview page", "check.html")
    .addHelpText("after", HELP)
    .action(async (folder: string, { test, out }: CheckOptions) => {
      const { checkFolder } = await import("../stages/check-folder.ts");
      const { findingsText } = await import("../findings-text.ts");
      const { withProgress } = await import("../with-progress.ts");
      const { FOUND_FAULT } = await import("../exit-code.ts");
      const { shownPath } = await import("../shown-path.ts");
      const { findings, summary, page } = await withProgress(context, (work) =>
        checkFolder(folder, { ...work, page: out, ...(test === undefined ? {} : { test }) }),
      );
      context.terminal.print(findingsText({ findings, summary }));
      context.terminal.print(`Preview: ${shownPath(page)}\n`);
      if (findings.some(({ severity }) => severity === "error")) context.exitCode = FOUND_FAULT;
    });
