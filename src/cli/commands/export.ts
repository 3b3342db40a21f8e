import { Command } from "commander";
import type { PackageAuthor, PackageCitation } from "../../engine/package/bioimage-package.ts";
import type { CommandMaker } from "../command-context.ts";
import { wholeNumber } from "../number-option.ts";
import { authorOption, citationOption, descriptionOption, licenseOption, modelNameOption } from "../package-options.ts";

interface ExportOptions {
  readonly arm?: string;
  readonly seed?: number;
  readonly out?: string;
  readonly name?: string;
  readonly description?: string;
  readonly author: readonly PackageAuthor[];
  readonly license: string;
  readonly cite?: readonly PackageCitation[];
}

const HELP = `
bioimageio.core, and other programs that take packages of bioimage.io, can load it. README.md says what the model was
trained on, with its scores beside the baselines, and how images come to the form that the network takes: for a
segmenter you have to see to that, for a super-resolver the package tells programs what to do. Super-resolvers of scale
2 and 4 give 2 and 4 times as many pixels along each side. No real image is in the package: the test pair is a simulated
scene. The licence is yours to choose; mind the one of images that the model was trained on.

Examples:
  $ fantascope export runs/demo --author "Ada Lovelace" --license CC-BY-4.0
  $ fantascope export runs/actin --arm generated --seed 1 --author "Ada Lovelace; Analytical Society" --license MIT

Where it goes:
  OUT/          rdf.yaml, weights.onnx, README.md, cover.png, test_input_image.npy, and test_output_maps.npy of a
                segmenter or test_output_result.npy of a super-resolver
  OUT.zip       the same in one file, beside the folder`;

/** `fantascope export`: a trained model for other programs. */
export const exportCommand: CommandMaker = (context) =>
  new Command("export")
    .summary("a trained model as a package for other programs (BioImage Model Zoo)")
    .description(
      "Writes a trained segmenter or super-resolver of a finished run as a package of the BioImage Model Zoo.",
    )
    .argument("<run-folder>", "folder of a finished run")
    .option("--arm <name>", "arm whose model it is (default: the one that the run recommends)")
    .option("--seed <n>", "seed whose model it is (default: the first)", wholeNumber(0))
    .option("--out <folder>", "new or empty folder (default: RUN_FOLDER/export/NAME)")
    .option("--name <text>", "name of the model (default: made of arm and seed)", modelNameOption)
    .option("--description <text>", "what it does, in a sentence (default: made of the arm)", descriptionOption)
    .requiredOption(
      "--author <text>",
      'who made it: "Name", or "Name; affiliation; ORCID"; may be given several times',
      authorOption,
    )
    .requiredOption("--license <id>", "SPDX identifier such as CC-BY-4.0; there is no default", licenseOption)
    .option(
      "--cite <text>",
      "what to cite, with a DOI or address; may be given several times; papers of the methods are added",
      citationOption,
    )
    .addHelpText("after", HELP)
    .action(async (run: string, { author, ...options }: ExportOptions) => {
      const { exportPackage } = await import("../stages/export-package.ts");
      const { withProgress } = await import("../with-progress.ts");
      const { shownPath } = await import("../shown-path.ts");
      const { wrapped } = await import("../wrapped.ts");
      const { model, name, folder, zip, isSimulated } = await withProgress(context, (work) =>
        exportPackage(run, { ...options, authors: author, ...work }),
      );
      const { arm, seed } = model;
      context.terminal.print(
        [
          wrapped(
            `"${name}": arm "${arm.name}" (${arm.title}${options.arm === undefined ? ", which the run recommends" : ""}), seed ${seed}${options.seed === undefined ? ", its first" : ""}.`,
          ),
          ...(isSimulated
            ? [
                wrapped(
                  'Note: the "real" images of this run, and with them its scores, are simulated; description and README.md say so.',
                ),
              ]
            : []),
          "",
          `  package  ${shownPath(folder)}`,
          `  zip      ${shownPath(zip)}`,
          "",
          wrapped("Before you give it away, read its README.md: it names folders and the command as they were typed."),
          "",
        ].join("\n"),
      );
    });
