import { DataError, UnitError } from "../../core/errors.ts";
import type { Plane } from "../../core/plane.ts";
import type { LocalizationTable } from "../../data/formats/index.ts";
import { clipOutliers } from "../../microscope/localizations/clip-outliers.ts";
import { renderLocalizations } from "../../microscope/localizations/render-localizations.ts";

/** Grid and method of super-resolution pictures, as a user gives them. */
export interface PictureSettings {
  readonly pixelSizeUm: number;
  /** Field of view; by default each table's own, just enough for its largest x and y. */
  readonly widthUm?: number;
  readonly heightUm?: number;
  /** Upper left corner of the field in the tables' coordinates; default 0, 0, the corner of the camera. */
  readonly cornerUm?: { readonly x: number; readonly y: number };
  /** Standard deviation of the blur, or each localisation's own; without it localisations are counted per pixel. */
  readonly blurNm?: number | "uncertainty";
  /** Outliers cut and the rest on the scale 0…1 (default), or localisations per pixel as they are. */
  readonly clip?: boolean;
}

/** What a table will give. */
export interface PicturePlan {
  readonly height: number;
  readonly width: number;
  /** Localisations in the picture. */
  readonly inside: number;
  /** Localisations that lie beside it. */
  readonly outside: number;
  /** How many others a localisation has in its pixel, on average: the relative noise of counting is 1 / √ of it. */
  readonly neighbours: number;
}

/** Pictures beyond these are slips of the unit rather than wishes; the largest takes some 3 GB while it is made. */
const PIXELS = { fewestPerAxis: 16, most: 2 ** 27 };

/**
 * Size of the picture that a table will give, and how well the table fills it.
 *
 * @param where names the table in errors
 * @throws {@link UnitError} for a picture that would be absurdly small or large
 * @throws {@link DataError} when nothing lies in the picture, or the uncertainties to blur by are missing
 */
export function planPicture(where: string, table: LocalizationTable, settings: PictureSettings): PicturePlan {
  const { count, uncertaintyNm } = table;
  if (count === 0)
    throw new DataError({
      where,
      expected: "at least one localisation",
      received: "none",
      fix: "Leave the table out.",
    });
  if (settings.blurNm === "uncertainty" && !uncertaintyNm)
    throw new DataError({
      where,
      expected: 'a column "uncertainty [nm]", to blur every localisation by its own',
      received: "a table without one",
      fix: "Give one blur for all, for instance --blur-nm 15, or count with --histogram.",
    });
  const { height, width } = sizeOf(where, table, settings);
  const counts = renderLocalizations(table, { ...gridOf(settings), height, width, method: "histogram" }).data;
  const inside = counts.reduce((sum, n) => sum + n, 0);
  if (inside === 0)
    throw new DataError({
      where,
      expected: `localisations in the picture of ${width} x ${height} pixels`,
      received: `all ${count} of them beside it, ${rangeText(table)}`,
      fix: "Choose the part to show with --corner-um, --width-um and --height-um.",
    });
  const neighbours = counts.reduce((sum, n) => sum + n * (n - 1), 0) / inside;
  return { height, width, inside, outside: count - inside, neighbours };
}

/**
 * The picture, `[height, width]`: 0…1, or localisations per pixel.
 *
 * As published, localisations are counted per pixel, outliers are cut at 1.5 times the distance of the quantiles 0.01 and 0.99 beyond them, and the
 * rest fills 0…1.
 *
 * @see Saguy et al., Small Methods 2024, doi 10.1002/smtd.202400672
 */
export function tablePicture(
  table: LocalizationTable,
  { height, width }: Pick<PicturePlan, "height" | "width">,
  settings: PictureSettings,
): Plane {
  const { blurNm, clip = true } = settings;
  const method = blurNm === undefined ? ({ method: "histogram" } as const) : { sigmaNm: blurNm };
  const plane = renderLocalizations(table, { ...gridOf(settings), height, width, ...method });
  return clip ? clipOutliers(plane) : plane;
}

/** The method in words. */
export function methodText({ blurNm, clip = true }: PictureSettings): string {
  const width = blurNm === "uncertainty" ? "each its own uncertainty" : `${blurNm} nm`;
  return `${blurNm === undefined ? "histogram" : `blurred by ${width}`}, ${clip ? "outliers cut, 0 to 1" : "localisations per pixel"}`;
}

function gridOf({ pixelSizeUm, cornerUm }: PictureSettings) {
  return { pixelSizeUm, ...(cornerUm ? { originUm: cornerUm } : {}) };
}

/** @throws {@link UnitError} for a picture that no one can want */
function sizeOf(where: string, table: LocalizationTable, settings: PictureSettings): { height: number; width: number } {
  const { pixelSizeUm, widthUm, heightUm, cornerUm = { x: 0, y: 0 } } = settings;
  const pixels = (fieldUm: number | undefined, axisNm: Float64Array, fromUm: number) =>
    fieldUm === undefined
      ? // in nm, as positions are placed: otherwise rounding may leave the last one out
        Math.max(1, Math.floor((rangeNm(axisNm)[1] - 1000 * fromUm) / (1000 * pixelSizeUm)) + 1)
      : Math.round(fieldUm / pixelSizeUm);
  const [height, width] = [pixels(heightUm, table.yNm, cornerUm.y), pixels(widthUm, table.xNm, cornerUm.x)];
  if (Math.min(height, width) < PIXELS.fewestPerAxis || height * width > PIXELS.most)
    throw new UnitError({
      where,
      expected: `a picture of at least ${PIXELS.fewestPerAxis} pixels along each axis and at most ${Math.floor(PIXELS.most / 1e6)} million in all`,
      received: `${width} x ${height} pixels of ${pixelSizeUm} µm, ${rangeText(table)}`,
      fix: "Options ending in -um are in µm (20 nm is 0.02); --corner-um, --width-um and --height-um choose a part.",
    });
  return { height, width };
}

function rangeNm(axisNm: Float64Array): readonly [low: number, high: number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const nm of axisNm) {
    if (nm < low) low = nm;
    if (nm > high) high = nm;
  }
  return [low, high];
}

/** Where localisations lie, in words. */
function rangeText({ xNm, yNm }: LocalizationTable): string {
  const [x, y] = [xNm, yNm].map((axisNm) =>
    rangeNm(axisNm)
      .map((nm) => Number((nm / 1000).toFixed(2)))
      .join(" to "),
  );
  return `for x from ${x} µm and y from ${y} µm`;
}
