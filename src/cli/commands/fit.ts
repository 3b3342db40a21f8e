import { Command, Option } from "commander";
import type { DeviceChoice } from "../../engine/devices.ts";
import type { CommandContext, CommandMaker } from "../command-context.ts";
import { deviceHere, deviceOption } from "../device-option.ts";
import { numberAmong } from "../number-among.ts";
import { numberOption, wholeNumber } from "../number-option.ts";
import { refuseOptions } from "../refuse-options.ts";
import type { FittedDiffusionGenerator } from "../stages/fit-diffusion-generator.ts";

interface FitOptions {
  readonly generator: "cyclegan" | "diffusion";
  readonly real: string;
  readonly out: string;
  readonly steps?: number;
  readonly lowPass?: number;
  readonly consistency?: number;
  readonly patch?: 64 | 96 | 128;
  readonly minutes?: 10 | 30 | 120;
  readonly channel?: number;
  readonly withLabels?: true;
  readonly judge: boolean;
  readonly pretrained: boolean;
  readonly seed: number;
  readonly device: DeviceChoice;
}

const HELP = `
A CycleGAN learns from unlabelled real images of nuclei and from drawn label maps, so its images come with labels. A
low-pass between its two generators keeps it from hiding the label in the image. Where label maps are much denser than
the real nuclei, --consistency 2 lets a frozen segmenter watch that every labelled nucleus can be seen.
A diffusion model learns unlabelled images of anything, patch by patch, such as the sharp images for super-resolution;
of a folder with low/ beside high/ it learns the sharp ones. A fifth of the images is held out (of fewer than five, the
lowest fifth of each): of the states nearest to them the latest is kept, and training ends when it begins to copy.
--with-labels wants a label map for every image; the images of generate --label-maps then come with labels.

Examples:
  $ fantascope fit --real my-images --out generator --steps 2000
  $ fantascope fit --generator diffusion --real my-sharp-images --patch 64 --minutes 30 --out generator
  $ fantascope fit --generator diffusion --real my-cells --channel 2 --minutes 10 --out microtubules
  $ fantascope fit --generator diffusion --real my-labelled-images --with-labels --out generator

Where it goes:
  OUT/cyclegan.safetensors      the generator, for fantascope generate; or OUT/diffusion.safetensors
  OUT/calibration.json          the simulator that draws label maps (CycleGAN)
  OUT/samples.png               32 real patches on the left, 32 drawn images on the right (diffusion model)
  OUT/samples-equalised.png     the same with local contrast equalised, where faint structure shows
  OUT/training.json             losses, and what the judge said
Stopped with Ctrl-C, the same command continues.`;

/** `fantascope fit`: trains a generator by itself. */
export const fitCommand: CommandMaker = (context) =>
  new Command("fit")
    .summary("train a generator on your unlabelled images")
    .description(
      "Trains a generator on unlabelled real images: a CycleGAN that paints label maps, or a diffusion model.",
    )
    .addOption(
      new Option("--generator <kind>", "what is trained").choices(["cyclegan", "diffusion"]).default("cyclegan"),
    )
    .requiredOption("--real <folder>", "real images to learn from")
    .requiredOption("--out <folder>", "new or empty folder, or one that the same command began to fill")
    .option(
      "--steps <n>",
      "training steps; more look more real, up to some thousands (default: 2000; diffusion: what fits into the minutes)",
      wholeNumber(10),
    )
    .option(
      "--low-pass <r>",
      "CycleGAN: share of spatial frequencies that the inverse generator sees, 0.1 to 1; 1 is the vanilla CycleGAN (default: 0.3)",
      numberOption({ min: 0.1, max: 1 }),
    )
    .option(
      "--consistency <w>",
      "CycleGAN: weight of a frozen segmenter in the loss; 0 leaves it out, 2 cures hidden labels (default: 0)",
      numberOption({ min: 0, max: 100 }),
    )
    .option(
      "--patch <px>",
      "diffusion: edge of the images that it learns to draw, 64, 96 or 128 px (default: 64)",
      numberAmong([64, 96, 128]),
    )
    .option(
      "--minutes <n>",
      "diffusion: network and rates made for 10, 30 or 120 minutes of training (default: 30)",
      numberAmong([10, 30, 120]),
    )
    .option(
      "--channel <n>",
      "diffusion: channel of the images to learn; the first is 1 (default: the brightest)",
      wholeNumber(1),
    )
    .option("--with-labels", "diffusion: learn to draw images from the label maps of the folder, too")
    .option("--no-judge", "diffusion: learn from all images to the last step, instead of holding some out to choose by")
    .option(
      "--no-pretrained",
      "diffusion: begin with nothing, instead of what simulated microscopy taught (10 and 30 minutes)",
    )
    .option("--seed <n>", "another seed gives another generator", wholeNumber(0), 0)
    .addOption(deviceOption())
    .addHelpText("after", HELP)
    .action((options: FitOptions) => (options.generator === "cyclegan" ? fitCycleGan : fitDiffusion)(options, context));

async function fitCycleGan(
  { real, out, steps, lowPass, consistency, seed, device: asked, ...ofDiffusion }: FitOptions,
  context: CommandContext,
): Promise<void> {
  const { patch, minutes, channel, withLabels, judge, pretrained } = ofDiffusion;
  refuseOptions(
    "fantascope fit --generator cyclegan",
    {
      "--patch": patch,
      "--minutes": minutes,
      "--channel": channel,
      "--with-labels": withLabels,
      "--no-judge": judge ? undefined : false,
      "--no-pretrained": pretrained ? undefined : false,
    },
    "Leave them out, or add --generator diffusion.",
  );
  const { fitGenerator } = await import("../stages/fit-generator.ts");
  const { withProgress } = await import("../with-progress.ts");
  const { shownPath } = await import("../shown-path.ts");
  const device = await deviceHere(asked, context);
  const { model, calibration } = await withProgress(context, (work) =>
    fitGenerator(real, out, {
      ...work,
      ...(steps === undefined ? {} : { steps }),
      ...(lowPass === undefined ? {} : { lowPass }),
      ...(consistency === undefined ? {} : { consistencyWeight: consistency }),
      seed,
      device,
    }),
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
}

async function fitDiffusion(
  { real, out, steps, lowPass, consistency, seed, device: asked, ...ofDiffusion }: FitOptions,
  context: CommandContext,
): Promise<void> {
  refuseOptions(
    "fantascope fit --generator diffusion",
    { "--low-pass": lowPass, "--consistency": consistency },
    "Leave them out, or train a CycleGAN with --generator cyclegan.",
  );
  const { patch, minutes, channel, withLabels, judge, pretrained } = ofDiffusion;
  const { fitDiffusionGenerator } = await import("../stages/fit-diffusion-generator.ts");
  const { threadsHere } = await import("../threads-here.ts");
  const { withProgress } = await import("../with-progress.ts");
  const { shownPath } = await import("../shown-path.ts");
  const device = await deviceHere(asked, context);
  const fitted = await withProgress(context, (work) =>
    fitDiffusionGenerator(real, out, {
      ...work,
      ...(patch === undefined ? {} : { patchPx: patch }),
      ...(minutes === undefined ? {} : { minutes }),
      ...(steps === undefined ? {} : { steps }),
      ...(channel === undefined ? {} : { channel }),
      ...(withLabels && { withLabels }),
      judge,
      pretrained,
      seed,
      threads: threadsHere(),
      device,
    }),
  );
  context.terminal.print(
    [
      `  generator    ${shownPath(fitted.model)} (${stepsText(fitted)})`,
      `  samples      ${shownPath(fitted.preview)} (real on the left, drawn on the right)`,
      "",
      `Next:  ${context.program} generate --model ${shownPath(fitted.model)}${withLabels ? " --label-maps my-label-maps" : ""} --out generated`,
      "",
    ].join("\n"),
  );
}

/** Steps of a training, and which of them the judge chose. */
function stepsText({ steps, judged }: FittedDiffusionGenerator): string {
  if (!judged) return `${steps} steps, no images held out`;
  const { chosenStep, kernelDistance, stopped } = judged;
  const distance = `kernel distance to held-out images ${Number(kernelDistance.toPrecision(3))}`;
  return `step ${chosenStep} of ${steps}, ${distance}${stopped === undefined ? "" : `; ended early: ${stopped}`}`;
}
