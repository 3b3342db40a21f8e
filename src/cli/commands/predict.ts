import { Command } from "commander";
import type { DeviceChoice } from "../../engine/devices.ts";
import type { CommandContext, CommandMaker } from "../command-context.ts";
import { deviceHere, deviceOption } from "../device-option.ts";
import { wholeNumber } from "../number-option.ts";

interface PredictOptions {
  readonly model: readonly string[];
  readonly out: string;
  readonly channel?: number;
  readonly device: DeviceChoice;
}

const HELP = `
The file of the model says what it does. A segmenter finds nuclei, which must be brighter than the background. A
super-resolver takes blur and noise out, as its training pairs showed; what it adds is a guess that should be checked.
Images may have any size and bit depth; one at a time is in memory. Several models of one kind are averaged; where
super-resolvers disagree, do not believe them. Stopped or repeated, the command passes over images that are done.

Examples:
  $ fantascope predict --model runs/demo/models/segmenter-combined-0.safetensors my-images --out predictions
  $ fantascope predict --model sr-0.safetensors --model sr-1.safetensors my-images --out restored-images

Where it goes:
  OUT/labels/          segmenter: TIFF, 16 bits (32 for more than 65535 nuclei), one number per nucleus
  OUT/overlays/        segmenter: PNG, outlines drawn on the image, to judge by eye
  OUT/counts.csv       segmenter: nuclei of every image, and their median area in pixels
  OUT/restored/        super-resolver: OME-TIFF, 32-bit floating-point, in the grey levels of the input
  OUT/disagreement/    super-resolvers, two or more: their standard deviation, as OME-TIFF
  OUT/previews/        super-resolver: PNG, input beside result (and disagreement), each with its own contrast
Exit code 1 says that some images could not be predicted; the others are done.`;

/** `fantascope predict`: segments or restores a folder of images. */
export const predictCommand: CommandMaker = (context) =>
  new Command("predict")
    .summary("segment or restore a folder of images with a trained model")
    .description("Segments every image of a folder (label maps, overlays, counts), or restores it by super-resolution.")
    .argument("<images>", "folder of images")
    .requiredOption(
      "--model <file>",
      ".safetensors of a run or of fantascope train; may be given several times",
      (file: string, before: readonly string[] = []) => [...before, file],
    )
    .requiredOption("--out <folder>", "new or empty folder, or one that the same command began to fill")
    .option(
      "--channel <n>",
      "channel to look at; the first is 1 (default: 1 for a segmenter, the brightest for a super-resolver)",
      wholeNumber(1),
    )
    .addOption(deviceOption())
    .addHelpText("after", HELP)
    .action(async (images: string, options: PredictOptions) => {
      const { predictionTask } = await import("../stages/prediction-task.ts");
      const task = await predictionTask(options.model);
      await (task === "segmenter" ? segment : restore)(images, options, context);
    });

async function segment(
  images: string,
  { model, out, channel, device: asked }: PredictOptions,
  context: CommandContext,
): Promise<void> {
  const { predictFolder } = await import("../stages/predict-folder.ts");
  const { threadsHere } = await import("../threads-here.ts");
  const { withProgress } = await import("../with-progress.ts");
  const { shownPath } = await import("../shown-path.ts");
  const device = await deviceHere(asked, context);
  const {
    images: done,
    objects,
    table,
    failed,
  } = await withProgress(context, (work) =>
    predictFolder(model, images, out, {
      ...work,
      threads: threadsHere(),
      device,
      ...(channel === undefined ? {} : { channel }),
    }),
  );
  context.terminal.print(`${objects} nuclei in ${done} images: ${shownPath(out)}, counts in ${shownPath(table)}\n`);
  await tellFailed(failed, "segmented", context);
}

async function restore(
  images: string,
  { model, out, channel, device: asked }: PredictOptions,
  context: CommandContext,
): Promise<void> {
  const { restoreFolder } = await import("../stages/restore-folder.ts");
  const { threadsHere } = await import("../threads-here.ts");
  const { withProgress } = await import("../with-progress.ts");
  const { shownPath } = await import("../shown-path.ts");
  const device = await deviceHere(asked, context);
  const { images: done, failed } = await withProgress(context, (work) =>
    restoreFolder(model, images, out, {
      ...work,
      threads: threadsHere(),
      device,
      ...(channel === undefined ? {} : { channel }),
    }),
  );
  context.terminal.print(`${done} images restored: ${shownPath(out)}\n`);
  await tellFailed(failed, "restored", context);
}

async function tellFailed(
  failed: readonly { readonly reason: string }[],
  verb: string,
  context: CommandContext,
): Promise<void> {
  if (failed.length === 0) return;
  const { FOUND_FAULT } = await import("../exit-code.ts");
  context.terminal.note(
    `${failed.length} images could not be ${verb}:\n${failed.map(({ reason }) => `  ${reason}\n`).join("")}`,
  );
  context.exitCode = FOUND_FAULT;
}
