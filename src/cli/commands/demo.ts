import { existsSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import type { CommandMaker } from "../command-context.ts";
import { numberOption, wholeNumber } from "../number-option.ts";

interface DemoOptions {
  readonly out: string;
  readonly minutes: number;
  readonly workers?: number;
  readonly again?: true;
}

const HELP = `
The images come from a simulated stand-in microscope whose settings the program is not told. The demo calibrates its
own simulator on them, trains a CycleGAN and the segmenters of all arms, and scores them on images it kept apart.

Example:
  $ fantascope demo

Where it goes:
  runs/demo/report.html      the page to look at first
  runs/demo/models/          trained segmenters (.safetensors for fantascope predict, .onnx for other programs)
  runs/demo/synthetic/       labelled synthetic images
  runs/demo/record.json      every number of the report
Stopped with Ctrl-C, the same command continues.`;

/** `fantascope demo`: the whole line on simulated images. */
export const demoCommand: CommandMaker = (context) =>
  new Command("demo")
    .summary("the whole line on simulated images, in five minutes")
    .description(
      'Runs the recipe "segment" on images of a simulated stand-in microscope, in about five minutes on two cores.',
    )
    .option("--out <folder>", "folder of the run", "runs/demo")
    .option(
      "--minutes <n>",
      "time for the training, in minutes; fewer give lower scores",
      numberOption({ min: 0.1 }),
      4,
    )
    .option(
      "--workers <n>",
      "processes side by side, about 0.5 GB of memory each (default: one per core, at most 4)",
      wholeNumber(1),
    )
    .option("--again", "make a finished demo anew, in a numbered folder beside it")
    .addHelpText("after", HELP)
    .action(async ({ out, minutes, workers, again }: DemoOptions) => {
      const { demoRecipe } = await import("../../recipes/segment/demo.ts");
      const { executeRun, tellFinished } = await import("../execute-run.ts");
      const folder = again ? firstUnfinished(out) : out;
      if (await tellFinished(folder, context)) {
        context.terminal.print(`To make it anew beside this one:  ${context.program} demo --again\n`);
        return;
      }
      await executeRun(demoRecipe({ minutes, ...(workers === undefined ? {} : { workers }) }), folder, context);
    });

/** The first of `out`, `out-2`, `out-3`, … that holds no finished run: a new folder, or a demo that was interrupted. */
function firstUnfinished(out: string): string {
  for (let number = 1; ; number++) {
    const folder = number === 1 ? out : `${out}-${number}`;
    if (!existsSync(join(folder, "record.json"))) return folder;
  }
}
