import { FormatError } from "../../core/errors.ts";

/**
 * Single-molecule localisations: where molecules were seen, one row per molecule and frame. Every column has `[N]` entries.
 *
 * x runs along rows and y down, from the outer edge of the first camera pixel (pixel i covers i … i + 1 pixel sizes).
 */
export interface LocalizationTable {
  readonly count: number;
  /** Frame number as in the file, usually from 1; 1 everywhere when the file has none. */
  readonly frame: Int32Array;
  readonly xNm: Float64Array;
  readonly yNm: Float64Array;
  /** Height. */
  readonly zNm?: Float64Array;
  /** Standard deviation of the spot in the camera image. */
  readonly sigmaNm?: Float64Array;
  /** Photons of the spot. */
  readonly intensityPhotons?: Float64Array;
  /** Photons per camera pixel below the spot. */
  readonly backgroundPhotons?: Float64Array;
  /** Standard deviation of the background, photons per camera pixel. */
  readonly backgroundSdPhotons?: Float64Array;
  /** Standard deviation of the position along each axis (localisation precision). */
  readonly uncertaintyNm?: Float64Array;
}

/** The columns of a table. */
export type LocalizationColumn = Exclude<keyof LocalizationTable, "count">;

/** A column of a file: which of ours it is, and what one of its units is in ours. */
export interface FileColumn {
  readonly column: LocalizationColumn;
  readonly factor: number;
}

type Quantity = "count" | "length" | "photons";

/** What each column is called in files (lower case, without unit), what it measures, and how ThunderSTORM writes it. */
export const localizationColumns = {
  frame: { names: ["frame", "frame number", "frame_number"], quantity: "count", header: "frame" },
  xNm: { names: ["x", "x_position"], quantity: "length", header: "x [nm]" },
  yNm: { names: ["y", "y_position"], quantity: "length", header: "y [nm]" },
  zNm: { names: ["z", "z_position"], quantity: "length", header: "z [nm]" },
  sigmaNm: { names: ["sigma", "sigma1", "sigma_x"], quantity: "length", header: "sigma [nm]" },
  intensityPhotons: {
    names: ["intensity", "photons", "intensity_photons"],
    quantity: "photons",
    header: "intensity [photon]",
  },
  backgroundPhotons: { names: ["offset", "background"], quantity: "photons", header: "offset [photon]" },
  backgroundSdPhotons: { names: ["bkgstd"], quantity: "photons", header: "bkgstd [photon]" },
  uncertaintyNm: {
    names: ["uncertainty", "uncertainty_xy", "uncertainty_x", "precision", "localization_precision"],
    quantity: "length",
    header: "uncertainty [nm]",
  },
} as const satisfies Record<LocalizationColumn, { names: readonly string[]; quantity: Quantity; header: string }>;

const nanometres: Readonly<Record<string, number>> = { nm: 1, um: 1000, µm: 1000, μm: 1000, micron: 1000, m: 1e9 };
const pixels = ["px", "pix", "pixel", "pixels"];

/** Name and unit of a header: `x [nm]`, `x (nm)` and `x_nm` are the same. */
function nameAndUnit(header: string): { name: string; unit: string } {
  const plain = header.trim().replace(/^"|"$/g, "").trim().toLowerCase();
  const bracketed = /^(.*?)\s*[[(]\s*(.*?)\s*[\])]$/.exec(plain);
  if (bracketed) return { name: bracketed[1]!, unit: bracketed[2]! };
  const suffixed = /^(.*)_(nm|um|µm|μm|px|pix|pixels?|photons?)$/.exec(plain);
  return suffixed ? { name: suffixed[1]!, unit: suffixed[2]! } : { name: plain, unit: "" };
}

/**
 * What the columns of a file are, from its header; `null` for a column that is not ours, such as `chi2`.
 *
 * Intensities in other units than photons (`[ADU]`) are not ours either.
 *
 * @param options.pixelSizeUm size of a camera pixel, for files in pixels
 * @throws {@link FormatError} when x or y is missing, or the unit of a length is
 */
export function fileColumns(
  headers: readonly string[],
  where: string,
  { pixelSizeUm }: { pixelSizeUm?: number } = {},
): (FileColumn | null)[] {
  const taken = new Set<string>();
  const columns = headers.map((header): FileColumn | null => {
    const { name, unit } = nameAndUnit(header);
    const found = Object.entries(localizationColumns).find(([, { names }]) =>
      (names as readonly string[]).includes(name),
    );
    if (!found || taken.has(found[0])) return null;
    const [column, { quantity }] = found as [LocalizationColumn, { quantity: Quantity }];
    if (quantity === "photons" && !["", "photon", "photons"].includes(unit)) return null;
    const pixelNm = pixels.includes(unit) && pixelSizeUm !== undefined ? 1000 * pixelSizeUm : undefined;
    const factor = quantity === "length" ? (nanometres[unit] ?? pixelNm) : 1;
    if (factor === undefined)
      throw new FormatError({
        where,
        expected: `a unit of length in the header of column "${header.trim()}": nm, µm${pixelSizeUm === undefined ? "" : " or px"}`,
        received: unit === "" ? "none" : `"${unit}"`,
        fix: pixels.includes(unit)
          ? "Give the size of a camera pixel (pixelSizeUm; on the command line --camera-pixel-um)."
          : `Write the unit into the header, for instance "${name} [nm]".`,
      });
    taken.add(column);
    return { column, factor };
  });
  for (const column of ["xNm", "yNm"] as const)
    if (!taken.has(column))
      throw new FormatError({
        where,
        expected: `a column "${localizationColumns[column].header}"`,
        received: `columns ${headers.map((header) => header.trim()).join(", ")}`,
        fix: "Export the table as comma-separated text with a header line, as ThunderSTORM does.",
      });
  return columns;
}
