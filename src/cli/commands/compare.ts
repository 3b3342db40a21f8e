import { Command, Option } from "commander";
import type { CommandMaker } from "../command-context.ts";
import { numberOption, wholeNumber } from "../number-option.ts";
import type { ComparedSets, CompareSetsOptions } from "../stages/compare-sets.ts";

interface CompareOptions
  extends Pick<
    CompareSetsOptions,
    "training" | "features" | "preprocessing" | "featureOutput" | "count" | "channel" | "json"
  > {
  readonly real: string;
  readonly patch?: number;
  readonly grey: "image" | "stored";
  readonly seed: number;
  readonly out: string;
}

const HELP = `
How near the set is to real images is told by Fréchet and kernel distance, precision, recall, density and coverage, each
with its 95 % interval and with what real images score among themselves, and by the power of detail of every size.
Distances mean nothing without the name of the feature network, which stands beside them. Real images that the generator
has not seen make the better measure; with --training it is also told whether images of the training set were copied.

Both sets must be on one grey scale: images of fantascope are, real ones get there by their percentiles 1 and 99.9.
If another generator wrote images that were scaled before, scale the real ones likewise and say --grey stored.

Any ONNX network can be asked for features: with the Inception file of 2015 the Fréchet distance is FID.

Examples:
  $ fantascope compare generated --real my-other-images --training my-images
  $ fantascope compare generated --real my-images --features inception.onnx --preprocessing inception-fid

Where it goes:
  a table on the terminal; comparison.html (or --out) shows both sets, the measures and the closest pairs
Exit code 1 says that training images were copied.`;

/** `fantascope compare`: realism and novelty of any set of generated images. */
export const compareCommand: CommandMaker = (context) =>
  new Command("compare")
    .summary("how near generated images are to real ones, and whether they are copies")
    .description("Holds a folder of images, by any generator, against real ones.")
    .argument("<generated>", "folder of generated images")
    .requiredOption("--real <folder>", "real images, better of ones that the generator has not seen")
    .option("--training <folder>", "images that the generator learned from, to look for copies of them")
    .option("--features <file>", "feature network in an ONNX file (default: Fantascope's own, for microscopy)")
    .addOption(
      new Option("--preprocessing <name>", "what that network wants to see").choices(["inception-fid", "torchvision"]),
    )
    .option("--feature-output <name>", "value in that network that holds the features (default: its only output)")
    .option("--count <n>", "patches of either side (default: as many as generated images, at most 500)", wholeNumber(8))
    .option(
      "--patch <px>",
      "edge of the patches (default: that of the smaller images, at most 128)",
      numberOption({ min: 32, max: 1024, whole: true }),
    )
    .option(
      "--channel <n>",
      "channel of the real and the training images; the first is 1 (default: the brightest)",
      wholeNumber(1),
    )
    .addOption(
      new Option("--grey <how>", "what becomes 0 and 1: percentiles of each image, or the range of its numbers")
        .choices(["image", "stored"])
        .default("image"),
    )
    .option("--seed <n>", "which patches", wholeNumber(0), 0)
    .option("--out <file>", "page", "comparison.html")
    .option("--json <file>", "the numbers, for programs")
    .addHelpText("after", HELP)
    .action(async (generated: string, { real, patch, out, ...options }: CompareOptions) => {
      const { compareSets } = await import("../stages/compare-sets.ts");
      const { withProgress } = await import("../with-progress.ts");
      const { threadsHere } = await import("../threads-here.ts");
      const { FOUND_FAULT } = await import("../exit-code.ts");
      const { shownPath } = await import("../shown-path.ts");
      const compared = await withProgress(context, (work) =>
        compareSets(generated, real, {
          ...options,
          ...work,
          threads: threadsHere(),
          page: out,
          ...(patch === undefined ? {} : { patchPx: patch }),
        }),
      );
      context.terminal.print(`${comparisonText(compared)}\nPage: ${shownPath(out)}\n`);
      if (compared.novelty?.outcome === "copies") context.exitCode = FOUND_FAULT;
    });

/** The measures as a table, the sentences below it. */
function comparisonText({ patchPx, realism, sentences }: ComparedSets): string {
  const short = (value: number) => Number(value.toPrecision(3)).toString();
  const rows = realism.measures.map(({ name, value, low, high, floor }) => [
    name,
    `${short(value)} [${short(low)}, ${short(high)}]`,
    floor === undefined ? "" : short(floor),
  ]);
  const head = ["", "value [95 %]", "real among themselves"];
  const width = (column: number) => Math.max(...[head, ...rows].map((row) => row[column]!.length));
  const line = (row: readonly string[]) =>
    `  ${row.map((cell, column) => cell.padEnd(width(column))).join("  ")}`.trimEnd();
  return [
    `${realism.images} generated against ${realism.realImages} real patches of ${patchPx} px, features ${realism.featureNetwork}`,
    "",
    line(head),
    ...rows.map(line),
    "",
    `  power of detail, coarse to fine: ${realism.detail.map(({ power }) => short(power)).join(", ")} of that in real images`,
    "",
    ...sentences,
    ...realism.warnings,
    "",
  ].join("\n");
}
