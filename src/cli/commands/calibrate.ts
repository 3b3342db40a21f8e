import { Command } from "commander";
import type { CommandMaker } from "../command-context.ts";

interface CalibrateOptions {
  readonly real: string;
  readonly out: string;
}

const HELP = `
No label is needed: sizes, spacing, brightness, blur, texture, background and noise are measured in the images and the
simulator is fitted to them, one field of view per image.

Example:
  $ fantascope calibrate --real my-images --out calibration

Where it goes:
  OUT/calibration.html      simulated beside real images, with the measurements of both
  OUT/calibration.json      the fitted simulator, for fantascope simulate and generate`;

/** `fantascope calibrate`: fits the simulator to unlabelled images. */
export const calibrateCommand: CommandMaker = (context) =>
  new Command("calibrate")
    .summary("fit the simulator to your unlabelled images")
    .description("Fits the simulated microscope to unlabelled images and shows simulated beside real.")
    .requiredOption("--real <folder>", "real images of one channel, 2 or more; 5 to 50 are a good number")
    .option(
      "--out <folder>",
      "folder for the results; files of an earlier calibration there are replaced",
      "calibration",
    )
    .addHelpText("after", HELP)
    .action(async ({ real, out }: CalibrateOptions) => {
      const { calibrateFolder } = await import("../stages/calibrate-folder.ts");
      const { withProgress } = await import("../with-progress.ts");
      const { shownPath } = await import("../shown-path.ts");
      const { file, page } = await withProgress(context, (work) => calibrateFolder(real, out, work));
      context.terminal.print(
        [
          `  page         ${shownPath(page)}`,
          `  calibration  ${shownPath(file)}`,
          "",
          `Next:  ${context.program} simulate --calibration ${shownPath(file)} --out simulated`,
          "",
        ].join("\n"),
      );
    });
