import { dirname, resolve } from "node:path";
import { Command } from "commander";
import type { CommandMaker } from "../command-context.ts";
import { numberOption, wholeNumber } from "../number-option.ts";

interface RunOptions {
  readonly real?: string;
  readonly test?: string;
  readonly out?: string;
  readonly minutes?: number;
  readonly seed?: number;
  readonly seeds?: number;
  readonly workers?: number;
  readonly title?: string;
}

const HELP = `
From a few unlabelled images: calibrates a simulator, trains a CycleGAN and one segmenter per arm and seed, audits
whether labels still match their images, scores every arm on the same test images, and says whether it helped.
Without --test nothing can be scored, but the synthetic set and the models are made all the same.
A recipe file says more than the options can; options given beside it win. docs/recipes.md lists every field.

Examples:
  $ fantascope run segment --real cells/train --test cells/test --minutes 30
  $ fantascope run my-recipe.yaml --out runs/my-run

Where it goes:
  OUT/report.html      the page to look at first
  OUT/models/          trained segmenters (.safetensors for fantascope predict, .onnx for other programs)
  OUT/synthetic/       labelled synthetic images
  OUT/recipe.yaml      the recipe with every default filled in; OUT/record.json holds every number of the report
Stopped with Ctrl-C, the same command continues.`;

/** `fantascope run`: a recipe from images to verdict. */
export const runCommand: CommandMaker = (context) =>
  new Command("run")
    .summary("from a few real images to synthetic set, models and verdict")
    .description(
      "Runs a recipe: few real images in; a labelled synthetic set, trained models and an honest report out.",
    )
    .argument("<recipe>", 'name of a recipe ("segment"), or a recipe file (.yaml)')
    .option(
      "--real <folder>",
      'real images to learn from; labels found there are used by the "real" arms alone (default: the stand-in microscope)',
    )
    .option("--test <folder>", "labelled real images to score on; never learned from (default: none)")
    .option("--out <folder>", "folder of the run (default: runs/RECIPE-NAME-HASH, the same for the same recipe)")
    .option(
      "--minutes <n>",
      "wall-clock budget in minutes; training is shortened to fit (default: 30)",
      numberOption({ min: 0.1 }),
    )
    .option("--seed <n>", "first seed; the k-th repetition uses seed + k (default: 0)", wholeNumber(0))
    .option(
      "--seeds <n>",
      "repetitions of every arm; an interval over fewer than three says little (default: 3)",
      wholeNumber(1),
    )
    .option(
      "--workers <n>",
      "processes side by side, about 0.4 GB of memory each (default: one per core, at most 4)",
      wholeNumber(1),
    )
    .option("--title <text>", "title of the report")
    .addHelpText("after", HELP)
    .action(async (what: string, { out, ...options }: RunOptions) => {
      const { readRecipe, resolveRecipe } = await import("../../recipes/resolve.ts");
      const { executeRun } = await import("../execute-run.ts");
      const { runName } = await import("../run-name.ts");
      const file = /\.(ya?ml|json)$/i.test(what) || /[\\/]/.test(what) ? what : undefined;
      const written = file ? fromFile(await readRecipe(file), file) : { recipe: what };
      const recipe = resolveRecipe({ ...written, ...here(options) }, "command line");
      await executeRun(recipe, out ?? runName(recipe, file ? { file } : {}), context);
    });

/** Folders as absolute paths, so that the run continues from wherever the command is given. */
function here<T extends Pick<RunOptions, "real" | "test">>(options: T): T {
  return within(process.cwd(), options);
}

/** A recipe file names folders from where it lies itself. */
function fromFile<T extends Pick<RunOptions, "real" | "test">>(recipe: T, file: string): T {
  return within(resolve(dirname(file)), recipe);
}

function within<T extends Pick<RunOptions, "real" | "test">>(folder: string, { real, test, ...rest }: T): T {
  return {
    ...rest,
    ...(real === undefined ? {} : { real: resolve(folder, real) }),
    ...(test === undefined ? {} : { test: resolve(folder, test) }),
  } as T;
}
