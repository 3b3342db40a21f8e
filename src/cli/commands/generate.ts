import { Command, Option } from "commander";
import type { CommandMaker } from "../command-context.ts";
import { wholeNumber } from "../number-option.ts";

interface GenerateOptions {
  readonly model: string;
  readonly calibration: string;
  readonly count: number;
  readonly labels: "cycled" | "input";
  readonly seed: number;
  readonly out: string;
}

const HELP = `
Images are in canonical form: nuclei about 20 px across, 16 bits, ready to train on. The "cycled" label is what the
inverse generator reads in the image, the "input" label what the image was asked to show; "cycled" is usually nearer to
the pixels.

Example:
  $ fantascope generate --model generator/cyclegan.safetensors --calibration generator/calibration.json --out generated

Where it goes:
  OUT/images/, OUT/labels/      16-bit PNG; labels are one number per nucleus
  OUT/dataset.json              what the folder holds, with where each image came from
Stopped with Ctrl-C, the same command continues.`;

/** `fantascope generate`: a labelled set from a trained CycleGAN. */
export const generateCommand: CommandMaker = (context) =>
  new Command("generate")
    .summary("a labelled set from a trained CycleGAN")
    .description("Draws label maps, lets a trained CycleGAN paint them and writes a labelled set.")
    .requiredOption(
      "--model <file>",
      "cyclegan.safetensors of fantascope fit, or models/cyclegan-*.safetensors of a run",
    )
    .requiredOption("--calibration <file>", "calibration.json of fantascope fit or calibrate, or inputs.json of a run")
    .option("--count <n>", "number of images", wholeNumber(1), 100)
    .addOption(
      new Option("--labels <kind>", "which label each image carries").choices(["cycled", "input"]).default("cycled"),
    )
    .option("--seed <n>", "another seed gives other images", wholeNumber(0), 0)
    .requiredOption("--out <folder>", "new or empty folder, or one that the same command began to fill")
    .addHelpText("after", HELP)
    .action(async ({ model, calibration, out, count, labels, seed }: GenerateOptions) => {
      const { readCalibration } = await import("../stages/read-calibration.ts");
      const { generateSet } = await import("../stages/generate-set.ts");
      const { withProgress } = await import("../with-progress.ts");
      const { shownPath } = await import("../shown-path.ts");
      const source = await readCalibration(calibration);
      const { length } = await withProgress(context, (work) =>
        generateSet(model, source, out, { ...work, count, labels, seed }),
      );
      context.terminal.print(
        `${length} labelled images in ${shownPath(out)}\n\nNext:  ${context.program} train --data ${shownPath(out)} --out segmenter.safetensors\n`,
      );
    });
