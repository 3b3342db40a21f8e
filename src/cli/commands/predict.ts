import { Command } from "commander";
import type { CommandMaker } from "../command-context.ts";
import { wholeNumber } from "../number-option.ts";

interface PredictOptions {
  readonly model: readonly string[];
  readonly out: string;
  readonly channel: number;
}

const HELP = `
Images may have any size and bit depth; nuclei must be brighter than the background. One image at a time is in memory.
Several models are averaged. Stopped or repeated, the command passes over images that are done.

Example:
  $ fantascope predict --model runs/demo/models/segmenter-combined-0.safetensors my-images --out predictions

Where it goes:
  OUT/labels/          TIFF, 16 bits (32 where there are more than 65535 nuclei): one number per nucleus
  OUT/overlays/        PNG: outlines drawn on the image, to judge by eye
  OUT/counts.csv       nuclei of every image, and their median area in pixels
Exit code 1 says that some images could not be segmented; the others are done.`;

/** `fantascope predict`: segments a folder of images. */
export const predictCommand: CommandMaker = (context) =>
  new Command("predict")
    .summary("segment a folder of images with a trained model")
    .description("Segments every image of a folder: label maps, overlays and counts.")
    .argument("<images>", "folder of images")
    .requiredOption(
      "--model <file>",
      ".safetensors of a run or of fantascope train; may be given several times",
      (file: string, before: readonly string[] = []) => [...before, file],
    )
    .requiredOption("--out <folder>", "new or empty folder, or one that the same command began to fill")
    .option("--channel <n>", "channel that shows the nuclei; the first is 1", wholeNumber(1), 1)
    .addHelpText("after", HELP)
    .action(async (images: string, { model, out, channel }: PredictOptions) => {
      const { predictFolder } = await import("../stages/predict-folder.ts");
      const { availableParallelism } = await import("node:os");
      const { withProgress } = await import("../with-progress.ts");
      const { FOUND_FAULT } = await import("../exit-code.ts");
      const { shownPath } = await import("../shown-path.ts");
      const threads = Math.min(4, availableParallelism());
      const result = await withProgress(context, (work) =>
        predictFolder(model, images, out, { ...work, channel, threads }),
      );
      const { failed, objects, table } = result;
      context.terminal.print(
        `${objects} nuclei in ${result.images} images: ${shownPath(out)}, counts in ${shownPath(table)}\n`,
      );
      if (failed.length === 0) return;
      context.terminal.note(
        `${failed.length} images could not be segmented:\n${failed.map(({ reason }) => `  ${reason}\n`).join("")}`,
      );
      context.exitCode = FOUND_FAULT;
    });
