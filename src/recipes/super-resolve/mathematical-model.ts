import type { Plane } from "../../core/plane.ts";
import type { Random } from "../../core/random.ts";
import { unitPlane } from "../../data/unit-plane.ts";
import { filaments } from "../../microscope/specimens/filaments.ts";
import { renderFilaments } from "../../microscope/specimens/render-filaments.ts";
import type { SuperResolveRecipe } from "./recipe.ts";

/** The simulator counts in µm; a recipe without a pixel size counts in pixels. Only ratios matter, so any size will do. */
const NOMINAL_PIXEL_UM = 0.1;

/** Full width at half maximum of a Gaussian over its standard deviation. */
const FWHM = 2.3548;

/** Semiflexible filaments in a square, sharp and without noise, on the unit scale: the mathematical model that generated images must beat. */
export function drawFilaments(
  { persistencePx, perPatch, widthPx }: SuperResolveRecipe["filaments"],
  edgePx: number,
  random: Random,
): Plane {
  const edgeUm = edgePx * NOMINAL_PIXEL_UM;
  const lines = filaments(
    {
      amount: { count: Math.max(1, random.fork("amount").poisson(perPatch)) },
      lengthUm: { uniform: [edgeUm, 4 * edgeUm] },
      persistenceLengthUm: persistencePx * NOMINAL_PIXEL_UM,
      arrangement: { kind: "scattered" },
    },
    { heightUm: edgeUm, widthUm: edgeUm },
    random.fork("lines"),
  );
  const blurNm = (1000 * NOMINAL_PIXEL_UM * widthPx) / FWHM;
  return unitPlane(renderFilaments(lines, { height: edgePx, width: edgePx, pixelSizeUm: NOMINAL_PIXEL_UM, blurNm }));
}
