import { Command } from "commander";
import type { DeviceChoice } from "../../engine/devices.ts";
import type { CommandMaker } from "../command-context.ts";
import { deviceHere, deviceOption } from "../device-option.ts";
import { wholeNumber } from "../number-option.ts";

interface TrainOptions {
  readonly data: readonly string[];
  readonly out: string;
  readonly steps: number;
  readonly seed: number;
  readonly device: DeviceChoice;
}

const HELP = `
Synthetic sets of a run and of fantascope generate are used as they are; other images are brought to canonical form
(nuclei about 20 px across) first. Of several folders each gives an equal share of the training images.

Examples:
  $ fantascope train --data generated --out nuclei.safetensors
  $ fantascope train --data runs/demo/synthetic/simulated-0 --data my-labelled-images --out nuclei.safetensors

Where it goes:
  OUT (.safetensors)      the segmenter, for fantascope predict
  OUT as .onnx            the same network for other programs
Stopped with Ctrl-C, the same command continues.`;

/** `fantascope train`: trains a segmenter by itself. */
export const trainCommand: CommandMaker = (context) =>
  new Command("train")
    .summary("train a segmenter on labelled images, synthetic or real")
    .description("Trains a nuclei segmenter (U-Net) on folders of labelled images.")
    .requiredOption(
      "--data <folder>",
      "labelled images; may be given several times",
      (folder: string, before: readonly string[] = []) => [...before, folder],
    )
    .requiredOption("--out <file>", "new file for the weights, ending in .safetensors")
    .option("--steps <n>", "training steps of six crops each", wholeNumber(10), 600)
    .option("--seed <n>", "another seed gives other first weights and crops", wholeNumber(0), 0)
    .addOption(deviceOption())
    .addHelpText("after", HELP)
    .action(async ({ data, out, steps, seed, device: asked }: TrainOptions) => {
      const { trainSegmenter } = await import("../stages/train-segmenter.ts");
      const { withProgress } = await import("../with-progress.ts");
      const { shownPath } = await import("../shown-path.ts");
      const device = await deviceHere(asked, context);
      const { weights, onnx, images, unlabelled } = await withProgress(context, (work) =>
        trainSegmenter(data, out, { ...work, steps, seed, device }),
      );
      context.terminal.print(
        [
          `Trained on ${images} labelled images${unlabelled > 0 ? `; ${unlabelled} without labels were left out` : ""}.`,
          `  model  ${shownPath(weights)}`,
          `  ONNX   ${shownPath(onnx)}`,
          "",
          `Next:  ${context.program} predict --model ${shownPath(weights)} IMAGES_DIR --out predictions`,
          "",
        ].join("\n"),
      );
    });
