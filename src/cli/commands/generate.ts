import { Command, Option } from "commander";
import { RecipeError } from "../../core/errors.ts";
import type { ImageFileFormat } from "../../data/write-dataset.ts";
import type { DeviceChoice } from "../../engine/devices.ts";
import type { BrightnessSource } from "../../generators/cyclegan/brightness.ts";
import type { SamplerName } from "../../generators/diffusion/samplers/index.ts";
import type { CommandContext, CommandMaker } from "../command-context.ts";
import { deviceHere, deviceOption } from "../device-option.ts";
import { numberOption, wholeNumber } from "../number-option.ts";
import { refuseOptions } from "../refuse-options.ts";

interface GenerateOptions {
  readonly model: string;
  readonly calibration?: string;
  readonly out: string;
  readonly count: number;
  readonly labels?: "cycled" | "input";
  readonly brightness?: BrightnessSource;
  readonly sampler?: SamplerName;
  readonly steps?: number;
  readonly labelMaps?: string;
  readonly guidance?: number;
  readonly seed: number;
  readonly format: ImageFileFormat;
  readonly device: DeviceChoice;
}

/** Written out so that help need not load the samplers; a test compares. */
const SAMPLERS = ["ddpm", "ddim", "euler", "euler-ancestral", "heun", "dpm-solver-2m"] satisfies SamplerName[];
const BRIGHTNESS_SOURCES = ["generated", "simulated"] satisfies BrightnessSource[];
const FORMATS = ["png", "tiff", "ome-tiff"] satisfies ImageFileFormat[];

const HELP = `
A CycleGAN paints drawn label maps. Its images are in canonical form: nuclei about 20 px across, 16 bits, ready to train
on. The "cycled" label is what the inverse generator reads in the image, the "input" label what the image was asked to
show; "cycled" is usually nearer to the pixels. By itself the generator makes all nuclei of an image about equally
bright; --brightness simulated lays its detail on the coarse brightness of the simulator's image of the same label map.
A diffusion model draws images from noise: 16 bits, percentiles 1 and 99.9 of real images at black and white. If it was
trained with labels, it draws from the label maps of a folder, a piece of each in turns, which the images then carry.
The file of the model says which of the two kinds it is.
Every file says inside that it is synthetic and how to make it again: PNG in a text chunk, TIFF in its description,
OME-TIFF in an annotation. All three hold the same pixels; labels are TIFF beside TIFF.

Examples:
  $ fantascope generate --model generator/cyclegan.safetensors --calibration generator/calibration.json --out generated
  $ fantascope generate --model generator/diffusion.safetensors --count 500 --format ome-tiff --out generated
  $ fantascope generate --model generator/diffusion.safetensors --label-maps my-label-maps --out generated

Where it goes:
  OUT/images/, OUT/labels/      16-bit PNG, or as --format says; labels are one number per object
  OUT/dataset.json              what the folder holds, with where each image came from
Stopped with Ctrl-C, the same command continues.`;

/** `fantascope generate`: a set from a trained generator. */
export const generateCommand: CommandMaker = (context) =>
  new Command("generate")
    .summary("a labelled set from a trained CycleGAN, or images from a diffusion model")
    .description(
      "Draws label maps, lets a trained CycleGAN paint them and writes a labelled set; or lets a diffusion model draw images.",
    )
    .requiredOption(
      "--model <file>",
      "cyclegan.safetensors or diffusion.safetensors of fantascope fit, or a generator from the models folder of a run",
    )
    .option(
      "--calibration <file>",
      "CycleGAN, required: calibration.json of fantascope fit or calibrate, or inputs.json of a run",
    )
    .option("--count <n>", "number of images", wholeNumber(1), 100)
    .addOption(
      new Option("--labels <kind>", "CycleGAN: which label each image carries (default: cycled)").choices([
        "cycled",
        "input",
      ]),
    )
    .addOption(
      new Option(
        "--brightness <source>",
        "CycleGAN: whose coarse brightness the images have, the generator's or the simulator's (default: generated)",
      ).choices(BRIGHTNESS_SOURCES),
    )
    .addOption(
      new Option("--sampler <name>", "diffusion: way from noise to image (default: dpm-solver-2m)").choices(SAMPLERS),
    )
    .option(
      "--steps <n>",
      "diffusion: steps from noise to image; ddpm and euler-ancestral want some hundreds (default: 25)",
      numberOption({ min: 2, max: 1000, whole: true }),
    )
    .option("--label-maps <folder>", "diffusion, trained with labels: labelled images whose label maps are drawn from")
    .option(
      "--guidance <w>",
      "diffusion: how strictly label maps are followed, 1 as learned; more takes twice the time (default: 1)",
      numberOption({ min: 0, max: 20 }),
    )
    .option("--seed <n>", "another seed gives other images", wholeNumber(0), 0)
    .addOption(new Option("--format <name>", "file format of the images").choices(FORMATS).default("png"))
    .addOption(deviceOption())
    .requiredOption("--out <folder>", "new or empty folder, or one that the same command began to fill")
    .addHelpText("after", HELP)
    .action(async (options: GenerateOptions) => {
      const { modelKind } = await import("../stages/model-kind.ts");
      const isDiffusion = (await modelKind(options.model)) === "diffusion";
      await (isDiffusion ? fromDiffusion : fromCycleGan)(options, context);
    });

async function fromCycleGan(options: GenerateOptions, context: CommandContext): Promise<void> {
  const { model, calibration, out, count, labels, brightness, seed, format, device: asked } = options;
  const { requireCycleGan } = await import("../stages/require-cyclegan.ts");
  await requireCycleGan(model);
  refuseOptions(
    `${model} (a CycleGAN)`,
    {
      "--sampler": options.sampler,
      "--steps": options.steps,
      "--label-maps": options.labelMaps,
      "--guidance": options.guidance,
    },
    "Leave them out.",
  );
  const { generateSet } = await import("../stages/generate-set.ts");
  const { readCalibration } = await import("../stages/read-calibration.ts");
  const { requireCalibration } = await import("../require-calibration.ts");
  const { withProgress } = await import("../with-progress.ts");
  const { shownPath } = await import("../shown-path.ts");
  const source = await readCalibration(requireCalibration(model, calibration));
  const device = await deviceHere(asked, context);
  const { length } = await withProgress(context, (work) =>
    generateSet(model, source, out, {
      ...work,
      count,
      seed,
      format,
      device,
      ...(labels === undefined ? {} : { labels }),
      ...(brightness === undefined ? {} : { brightness }),
    }),
  );
  context.terminal.print(
    `${length} labelled images in ${shownPath(out)}\n\nNext:  ${context.program} train --data ${shownPath(out)} --out segmenter.safetensors\n`,
  );
}

async function fromDiffusion(options: GenerateOptions, context: CommandContext): Promise<void> {
  const { model, out, count, sampler, steps, labelMaps, guidance, seed, format, device: asked } = options;
  refuseOptions(
    `${model} (a diffusion model)`,
    { "--calibration": options.calibration, "--labels": options.labels, "--brightness": options.brightness },
    "Leave them out: it draws images from noise, and from label maps only with --label-maps.",
  );
  if (guidance !== undefined && labelMaps === undefined)
    throw new RecipeError({
      where: "--guidance",
      expected: "label maps to follow",
      received: "none",
      fix: "Add --label-maps FOLDER, or leave --guidance out.",
    });
  const { drawSet } = await import("../stages/draw-set.ts");
  const { threadsHere } = await import("../threads-here.ts");
  const { withProgress } = await import("../with-progress.ts");
  const { shownPath } = await import("../shown-path.ts");
  const device = await deviceHere(asked, context);
  const { length } = await withProgress(context, (work) =>
    drawSet(model, out, {
      ...work,
      count,
      seed,
      format,
      ...(sampler === undefined ? {} : { sampler }),
      ...(steps === undefined ? {} : { samplingSteps: steps }),
      ...(labelMaps === undefined ? {} : { labelMaps }),
      ...(guidance === undefined ? {} : { guidanceScale: guidance }),
      threads: threadsHere(),
      device,
    }),
  );
  context.terminal.print(`${length} images in ${shownPath(out)}\n`);
}
