import { existsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { Command } from "commander";
import { RecipeError } from "../../core/errors.ts";
import type { DeviceChoice } from "../../engine/devices.ts";
import type { CommandMaker } from "../command-context.ts";
import { deviceOption } from "../device-option.ts";
import { numberOption, wholeNumber } from "../number-option.ts";

interface RunOptions {
  readonly real?: string;
  readonly test?: string;
  readonly folds?: number;
  readonly out?: string;
  readonly minutes?: number;
  readonly seed?: number;
  readonly seeds?: number;
  readonly workers?: number;
  readonly device?: DeviceChoice;
  readonly title?: string;
}

const HELP = `
segment: from a few unlabelled images of nuclei, calibrates a simulator, trains a CycleGAN and one segmenter per arm and
seed, audits whether labels still match their images, and scores every arm on the same labelled test images.
super-resolve: from a few sharp images, or pairs (low/ beside high/), trains a diffusion model, draws sharp images,
makes their poor partners with the degradation of your pairs, trains one super-resolver per arm and seed, audits for
copies and invented structure, and scores every arm on images that nothing learned from.
Either says whether it helped. Without --test, segment scores nothing but makes set and models all the same;
super-resolve then holds out the bottom of every image.
A recipe file says more than the options can; options given beside it win. docs/recipes.md lists every field.

Examples:
  $ fantascope run segment --real cells/train --test cells/test --minutes 30
  $ fantascope run segment --real cells --folds 5
  $ fantascope run super-resolve --real my-pairs --minutes 60
  $ fantascope run my-recipe.yaml --out runs/my-run

Where it goes:
  OUT/report.html      the page to look at first
  OUT/models/          trained models (.safetensors for fantascope predict, .onnx for other programs)
  OUT/synthetic/       synthetic images, for segment with labels
  OUT/recipe.yaml      the recipe with every default filled in; OUT/record.json holds every number of the report
  OUT/fold-1/ …        with --folds: a run like this for each part; OUT/report.html judges them together
Stopped with Ctrl-C, the same command continues.`;

/** `fantascope run`: a recipe from images to verdict. */
export const runCommand: CommandMaker = (context) =>
  new Command("run")
    .summary("from a few real images to synthetic set, models and verdict")
    .description("Runs a recipe: few real images in; a synthetic set, trained models and an honest report out.")
    .argument("<recipe>", 'name of a recipe ("segment", "super-resolve"), or a recipe file (.yaml)')
    .option(
      "--real <folder>",
      'real images to learn from; labels found there are used by the "real" arms alone (default: the stand-in microscope)',
    )
    .option(
      "--test <folder>",
      "real images to score on, labelled (segment) or in pairs (super-resolve); never learned from (default: see below)",
    )
    .option(
      "--folds <n>",
      "segment: cross-validation in the place of --test; every labelled image of --real is scored by models that learned from the other parts",
      wholeNumber(2),
    )
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
      "processes side by side, about 0.5 GB of memory each (default: one per core, at most 4)",
      wholeNumber(1),
    )
    .addOption(deviceOption({ isInRecipe: true }))
    .option("--title <text>", "title of the report")
    .addHelpText("after", HELP)
    .action(async (what: string, { out, ...options }: RunOptions) => {
      const { readRecipe, resolveRecipe } = await import("../../recipes/resolve.ts");
      const { recipeSchemas } = await import("../../recipes/schemas.ts");
      const { executeRun } = await import("../execute-run.ts");
      const { runName } = await import("../run-name.ts");
      const file = isRecipeName(what, Object.keys(recipeSchemas)) ? undefined : what;
      const written = file ? within(resolve(dirname(file)), await readRecipe(file)) : { recipe: what };
      const recipe = resolveRecipe({ ...written, ...within(process.cwd(), options) }, "command line");
      await executeRun(recipe, out ?? runName(recipe, file ? { file } : {}), context);
    });

/**
 * Whether this names a recipe rather than a file.
 *
 * @throws {@link RecipeError} when it is neither
 */
function isRecipeName(what: string, names: readonly string[]): boolean {
  if (names.includes(what)) return true;
  if (existsSync(what)) return false;
  throw new RecipeError({
    where: "fantascope run",
    expected: `a recipe (${names.join(", ")}) or a recipe file`,
    received: `"${what}", which is neither`,
    fix: "Check the path of the file.",
  });
}

/**
 * Folders as absolute paths, so that a run continues from wherever the command is given: a recipe file names them from where it lies, the
 * command line from the current folder.
 */
function within<T extends object>(
  base: string,
  options: T & { readonly real?: string | undefined; readonly test?: string | undefined },
): T {
  const { real, test } = options;
  return {
    ...options,
    ...(real === undefined ? {} : { real: resolve(base, real) }),
    ...(test === undefined ? {} : { test: resolve(base, test) }),
  };
}
