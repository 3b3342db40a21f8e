import { UnitError } from "../../core/errors.ts";
import { emptyPlane, type Plane } from "../../core/plane.ts";
import type { LocalizationTable } from "../../data/formats/localization-columns.ts";
import { addGaussianSpot } from "../psf/gaussian-spot.ts";

/** Grid and method of a super-resolution picture. */
export interface RenderLocalizationsOptions {
  /** Edge of a pixel of the picture; a quarter of the camera's is usual. */
  readonly pixelSizeUm: number;
  /** Size of the picture in pixels; by default just enough for the largest x and y. */
  readonly height?: number;
  readonly width?: number;
  /** Corner of the picture in the table's coordinates; default 0, 0. */
  readonly originUm?: { readonly x: number; readonly y: number };
  /** `"histogram"` counts localisations per pixel; `"gaussian"` (default) blurs each by what is known of its position. */
  readonly method?: "histogram" | "gaussian";
  /** For `"gaussian"`: one width for all, in nm, or (default) each its own from the column `uncertaintyNm`. */
  readonly sigmaNm?: number | "uncertainty";
  /** Narrowest and widest blur in nm, which keeps single lucky or failed fits from ruling the picture; default 2 and 100. */
  readonly sigmaLimitsNm?: readonly [low: number, high: number];
}

/**
 * Super-resolution picture of a localisation table: every localisation has the weight 1.
 *
 * @returns localisations per pixel, `[height, width]`; rows whose position or uncertainty is no number are left out
 * @throws {@link UnitError} when no size, or the table has no uncertainties to blur by
 */
export function renderLocalizations(table: LocalizationTable, options: RenderLocalizationsOptions): Plane {
  const { pixelSizeUm, originUm = { x: 0, y: 0 }, method = "gaussian", sigmaNm = "uncertainty" } = options;
  const [least, most] = options.sigmaLimitsNm ?? [2, 100];
  const isHistogram = method === "histogram";
  const uncertainty = !isHistogram && sigmaNm === "uncertainty" ? table.uncertaintyNm : undefined;
  if (!(pixelSizeUm > 0))
    throw new UnitError({
      where: "renderLocalizations.pixelSizeUm",
      expected: "a size above 0 µm",
      received: String(pixelSizeUm),
    });
  if (!isHistogram && sigmaNm === "uncertainty" && !uncertainty)
    throw new UnitError({
      where: "renderLocalizations.sigmaNm",
      expected: "a width in nm, since the table has no column of uncertainties",
      received: '"uncertainty"',
      fix: 'Give sigmaNm, for instance 15, or choose the method "histogram".',
    });
  const pixelNm = 1000 * pixelSizeUm;
  const extent = (axisNm: Float64Array, originNm: number) => {
    const largest = axisNm.reduce((a, b) => (b > a ? b : a), originNm);
    return Math.max(1, Math.floor((largest - originNm) / pixelNm) + 1);
  };
  const height = options.height ?? extent(table.yNm, 1000 * originUm.y);
  const width = options.width ?? extent(table.xNm, 1000 * originUm.x);
  const plane = emptyPlane(height, width);
  for (let i = 0; i < table.count; i++) {
    const x = (table.xNm[i]! - 1000 * originUm.x) / pixelNm;
    const y = (table.yNm[i]! - 1000 * originUm.y) / pixelNm;
    if (isHistogram) {
      if (x >= 0 && y >= 0 && x < width && y < height) plane.data[Math.floor(y) * width + Math.floor(x)]! += 1;
      continue;
    }
    const sigma = uncertainty ? uncertainty[i]! : (sigmaNm as number);
    if (!Number.isFinite(x + y + sigma)) continue;
    const limited = uncertainty ? Math.min(most, Math.max(least, sigma)) : sigma;
    addGaussianSpot(plane, { x, y, sigmaPx: limited / pixelNm, weight: 1 });
  }
  return plane;
}
