import { Command, InvalidArgumentError, Option } from "commander";
import type { CommandMaker } from "../command-context.ts";
import { numberOption } from "../number-option.ts";
import type { RenderedTable } from "../stages/render-tables.ts";

interface RenderOptions {
  readonly pixelSizeUm: number;
  readonly widthUm?: number;
  readonly heightUm?: number;
  readonly cornerUm?: { readonly x: number; readonly y: number };
  readonly blurNm?: number | "uncertainty";
  readonly histogram?: true;
  readonly clip: boolean;
  readonly cameraPixelUm?: number;
  readonly movies?: readonly string[];
  readonly out: string;
}

const HELP = `
Tables are text with a header line, as ThunderSTORM and ShareLoc have them ("x [nm]") or plain (x_nm), with commas,
semicolons or tabs. Columns may stand in any order. x and y are needed; --blur-nm uncertainty wants "uncertainty [nm]".

Without --blur-nm localisations are counted per pixel, as Saguy et al. (2024) did for the truth of super-resolution.
Then outliers are cut (on an empty ground: beyond 2.5 times the 99th percentile), and the rest fills 0 to 1.
Counting is noisy where few molecules were seen, by 1 / √n with n of them in a pixel; the command says by how much.
A blur of about the precision of localisation (10 to 20 nm) or larger pixels (a quarter of the camera's) calm it.

--movies makes pairs for super-resolution: the mean of a movie's frames is what a microscope of ordinary resolution sees
of the field, and the picture of its table, on a grid that divides the camera's by 1, 2 or 4, is its sharp partner.

Examples:
  $ fantascope render cell1.csv cell2.csv --pixel-size-um 0.0265 --out sharp
  $ fantascope render cell1.csv --pixel-size-um 0.02 --blur-nm 15 --width-um 6.4 --height-um 6.4 --out sharp
  $ fantascope render cell1.csv --movies cell1.tif --camera-pixel-um 0.1 --pixel-size-um 0.025 --out pairs

Where it goes:
  OUT/images/          OME-TIFF, 32-bit floating-point, one for each table, with its pixel size; with movies their means
  OUT/partners/        the pictures, where movies were given
  OUT/dataset.json     what the folder holds, with the table each picture came from
The folder serves for check, fit --generator diffusion and run super-resolve.
Stopped with Ctrl-C, the same command continues.`;

/** `fantascope render`: pictures from localisation tables. */
export const renderCommand: CommandMaker = (context) =>
  new Command("render")
    .summary("sharp images from tables of single-molecule localisations")
    .description("Turns tables of single-molecule localisations (PALM, STORM, PAINT) into super-resolution images.")
    .argument("<tables...>", "CSV files; each gives one image")
    .requiredOption("--pixel-size-um <um>", "edge of a pixel of the image, in µm: 0.02 is 20 nm", length())
    .option("--width-um <um>", "width of the field (default: as far as x goes)", length())
    .option("--height-um <um>", "height of the field (default: as far as y goes)", length())
    .option("--corner-um <x,y>", "upper left corner of the field in the table's coordinates (default: 0,0)", corner)
    .option("--blur-nm <nm>", 'standard deviation of the blur in nm, or "uncertainty": each by its own', blur)
    .addOption(new Option("--histogram", "count localisations per pixel (default)").conflicts("blurNm"))
    .option("--no-clip", "keep localisations per pixel, without cutting outliers or stretching to 0 to 1")
    .option(
      "--camera-pixel-um <um>",
      "size of a camera pixel, for tables with positions in pixels, and for movies that do not say it",
      length(),
    )
    .option("--movies <files...>", "the camera's movie of each table (TIFF, a page per frame): pairs instead of images")
    .requiredOption("--out <folder>", "new or empty folder, or one that the same command began to fill")
    .addHelpText("after", HELP)
    .action(async (tables: readonly string[], { out, histogram: _, ...options }: RenderOptions) => {
      const { renderTables } = await import("../stages/render-tables.ts");
      const { withProgress } = await import("../with-progress.ts");
      const { shownPath } = await import("../shown-path.ts");
      const pictures = await withProgress(context, (work) => renderTables(tables, out, { ...work, ...options }));
      const isCounted = options.blurNm === undefined;
      context.terminal.print(
        [
          `${pictures.length} ${pictures.length === 1 ? "image" : "images"} in ${shownPath(out)}`,
          ...pictures.map((picture) => `  ${told(picture, isCounted)}`),
          "",
          `Next:  ${context.program} check ${shownPath(out)}`,
          "",
        ].join("\n"),
      );
    });

function length(): (text: string) => number {
  return numberOption({ min: 1e-6 });
}

function corner(text: string): { x: number; y: number } {
  const [x = Number.NaN, y = Number.NaN, ...more] = text
    .split(",")
    .map((part) => (part.trim() === "" ? Number.NaN : Number(part)));
  if (more.length > 0 || !Number.isFinite(x + y))
    throw new InvalidArgumentError("Expected two numbers in µm, such as 1.5,0.");
  return { x, y };
}

function blur(text: string): number | "uncertainty" {
  if (text === "uncertainty") return text;
  const width = Number(text.trim() || Number.NaN);
  if (width >= 0.1 && width <= 1000) return width;
  throw new InvalidArgumentError('Expected a number from 0.1 to 1000, or "uncertainty".');
}

/** A picture in a line. */
function told({ name, width, height, inside, outside, neighbours, camera }: RenderedTable, isCounted: boolean): string {
  const beside = outside > 0 ? ` (${outside} lie beside it)` : "";
  const grain =
    neighbours >= 1
      ? `counting noise about ${Math.round(100 / Math.sqrt(neighbours))} %`
      : "hardly two localisations in any pixel";
  const poor = camera
    ? `, beside the mean of ${camera.frames} frames of ${camera.image.width} x ${camera.image.height}`
    : "";
  return `${name}: ${width} x ${height} pixels, ${inside} localisations${beside}${isCounted ? `, ${grain}` : ""}${poor}`;
}
