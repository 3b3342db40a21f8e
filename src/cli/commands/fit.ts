import { Command } from "commander";
import type { CommandMaker } from "../command-context.ts";
import { numberOption, wholeNumber } from "../number-option.ts";

interface FitOptions {
  readonly real: string;
  readonly out: string;
  readonly steps: number;
  readonly lowPass: number;
  readonly consistency: number;
  readonly seed: number;
}

const HELP = `
The CycleGAN learns from unlabelled real images and from drawn label maps. A low-pass between its two generators keeps
it from hiding the label in the image. Where label maps are much denser than the real nuclei, --consistency 2 lets a
frozen segmenter watch that every labelled nucleus can be seen.

Example:
  $ fantascope fit --real my-images --out generator --steps 2000

Where it goes:
  OUT/cyclegan.safetensors      the generator, for fantascope generate
  OUT/calibration.json          the simulator that draws its label maps
  OUT/training.json             losses
Stopped with Ctrl-C, the same command continues.`;

/** `fantascope fit`: trains a CycleGAN by itself. */
export const fitCommand: CommandMaker = (context) =>
  new Command("fit")
    .summary("train a CycleGAN on your unlabelled images")
    .description("Trains a CycleGAN between drawn label maps and unlabelled real images.")
    .requiredOption("--real <folder>", "real images to learn from")
    .requiredOption("--out <folder>", "new or empty folder, or one that the same command began to fill")
    .option("--steps <n>", "training steps; more look more real, up to some thousands", wholeNumber(10), 2000)
    .option(
      "--low-pass <r>",
      "share of spatial frequencies that the inverse generator sees, 0.1 to 1; 1 is the vanilla CycleGAN",
      numberOption({ min: 0.1, max: 1 }),
      0.3,
    )
    .option(
      "--consistency <w>",
      "weight of a frozen segmenter in the loss; 0 leaves it out, 2 cures hidden labels",
      numberOption({ min: 0, max: 100 }),
      0,
    )
    .option("--seed <n>", "another seed gives another generator", wholeNumber(0), 0)
    .addHelpText("after", HELP)
    .action(async ({ real, out, steps, lowPass, consistency, seed }: FitOptions) => {
      const { fitGenerator } = await import("../stages/fit-generator.ts");
      const { withProgress } = await import("../with-progress.ts");
      const { shownPath } = await import("../shown-path.ts");
      const { model, calibration } = await withProgress(context, (work) =>
        fitGenerator(real, out, { ...work, steps, lowPass, consistencyWeight: consistency, seed }),
      );
      context.terminal.print(
        [
          `  generator    ${shownPath(model)}`,
          `  calibration  ${shownPath(calibration)}`,
          "",
          `Next:  ${context.program} generate --model ${shownPath(model)} --calibration ${shownPath(calibration)} --out generated`,
          "",
        ].join("\n"),
      );
    });
