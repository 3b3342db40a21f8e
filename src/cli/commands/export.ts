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
bioimageio.core, and other programs that take packages of bioimage.io, can load it. They do not prepare images:
README.md says how, and what the model was trained on, with its scores beside the baselines. No real image is in the
package: the test pair is a simulated scene. The licence is yours to choose; mind the one of images that the model was
trained on.

Example:
  $ fantascope export runs/demo --author "Ada Lovelace" --license CC-BY-4.0

Where it goes:
  OUT/          rdf.yaml, weights.onnx, test_input_image.npy, test_output_maps.npy, README.md, cover.png
  OUT.zip       the same in one file, beside the folder`;

/** `fantascope export`: a trained segmenter for other programs. */
export const exportCommand: CommandMaker = (context) =>
  new Command("export")
    .summary("a trained model as a package for other programs (BioImage Model Zoo)")
    .description("Writes a trained segmenter of a finished run as a package of the BioImage Model Zoo.")
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
