import type { Plane } from "../../core/plane.ts";
import type { Random } from "../../core/random.ts";
import { unitPlane } from "../../data/unit-plane.ts";
import { filaments } from "../../microscope/specimens/filaments.ts";
import { perlinNoise } from "../../microscope/specimens/perlin-noise.ts";
import { renderFilaments } from "../../microscope/specimens/render-filaments.ts";
import type { SuperResolveRecipe } from "./recipe.ts";

/** The simulator counts in µm; a recipe without a pixel size counts in pixels. Only ratios matter, so any size will do. */
const NOMINAL_PIXEL_UM = 0.1;

/** Full width at half maximum of a Gaussian over its standard deviation. */
const FWHM = 2.3548;

/** Fields of a specimen differ in density; those of the model by as much to either side. */
const DENSITIES = 3;

/** Clouds of haze along each axis of a patch. */
const HAZE_CELLS = 2;

/** They differ in brightness too: the brightest pixel of an image lies between these. */
const BRIGHTNESS = [0.3, 1] as const;

/**
 * Semiflexible filaments in a square, sharp and without noise, on the unit scale: the mathematical model that generated images must beat. Every image
 * has a density, a brightness and a haze of its own, since a network that was shown one of each fails on all others.
 */
export function drawFilaments(
  { persistencePx, perPatch, widthPx, haze }: SuperResolveRecipe["filaments"],
  edgePx: number,
  random: Random,
): Plane {
  const amount = random.fork("amount");
  const edgeUm = edgePx * NOMINAL_PIXEL_UM;
  const lines = filaments(
    {
      amount: { count: Math.max(1, amount.poisson(perPatch * DENSITIES ** amount.between(-1, 1))) },
      lengthUm: { uniform: [edgeUm, 4 * edgeUm] },
      persistenceLengthUm: persistencePx * NOMINAL_PIXEL_UM,
      arrangement: { kind: "scattered" },
    },
    { heightUm: edgeUm, widthUm: edgeUm },
    random.fork("lines"),
  );
  const blurNm = (1000 * NOMINAL_PIXEL_UM * widthPx) / FWHM;
  const sharp = unitPlane(
    renderFilaments(lines, { height: edgePx, width: edgePx, pixelSizeUm: NOMINAL_PIXEL_UM, blurNm }),
  );
  const share = random.fork("haze").between(0, haze);
  const clouds = perlinNoise(edgePx, edgePx, { cells: HAZE_CELLS, random: random.fork("clouds") }).data;
  const brightness = random.fork("brightness").between(...BRIGHTNESS);
  const data = sharp.data.map((line, i) => brightness * ((1 - share) * line + (share * (1 + clouds[i]!)) / 2));
  return { ...sharp, data };
}
