import { Command, Option } from "commander";
import type { CommandMaker } from "../command-context.ts";
import { wholeNumber } from "../number-option.ts";

interface SimulateOptions {
  readonly calibration?: string;
  readonly preset?: "fluorescence-nuclei";
  readonly count: number;
  readonly seed: number;
  readonly out: string;
}

const HELP = `
Images are in grey levels at the camera's own pixels; every nucleus in focus has a label. Each file says inside that it
is synthetic. The same settings and seed give the same images; a larger set begins with the images of a smaller one.

Examples:
  $ fantascope simulate --calibration calibration/calibration.json --count 200 --out simulated
  $ fantascope simulate --preset fluorescence-nuclei --out simulated

Where it goes:
  OUT/images/, OUT/labels/      PNG, 8 or 16 bits; labels are one number per nucleus
  OUT/dataset.json              what the folder holds, with where each image came from`;

/** `fantascope simulate`: a labelled set from the simulator. */
export const simulateCommand: CommandMaker = (context) =>
  new Command("simulate")
    .summary("a labelled set from the simulator")
    .description("Draws nuclei, images them with the simulated microscope and writes a labelled set.")
    .addOption(
      new Option("--calibration <file>", "calibration.json of fantascope calibrate, or inputs.json of a run").conflicts(
        "preset",
      ),
    )
    .addOption(
      new Option("--preset <name>", "a microscope without calibration: 20x / 0.75 air, Hoechst").choices([
        "fluorescence-nuclei",
      ]),
    )
    .option("--count <n>", "number of images", wholeNumber(1), 100)
    .option("--seed <n>", "another seed gives other images", wholeNumber(0), 0)
    .requiredOption("--out <folder>", "new or empty folder, or one that the same command began to fill")
    .addHelpText("after", HELP)
    .action(async ({ calibration, count, seed, out }: SimulateOptions, command: Command) => {
      if (calibration === undefined && command.getOptionValue("preset") === undefined)
        command.error("error: either --calibration FILE or --preset NAME is needed");
      const { readCalibration } = await import("../stages/read-calibration.ts");
      const { simulateSet } = await import("../stages/simulate-set.ts");
      const { fluorescenceNuclei } = await import("../../microscope/presets.ts");
      const { withProgress } = await import("../with-progress.ts");
      const { shownPath } = await import("../shown-path.ts");
      const source =
        calibration === undefined ? { settings: fluorescenceNuclei() } : await readCalibration(calibration);
      const { length } = await withProgress(context, (work) => simulateSet(source, out, { ...work, count, seed }));
      context.terminal.print(`${length} labelled images in ${shownPath(out)}\n`);
    });
