import { ShapeError, UnitError } from "../../core/errors.ts";
import type { Plane } from "../../core/plane.ts";
import type { Random } from "../../core/random.ts";
import { gaussianBlur } from "../../image/gaussian-blur.ts";
import { resizePlane } from "../../image/resize-plane.ts";
import { checkRange } from "../distribution.ts";
import { bicubic } from "./bicubic.ts";

/** From a sharp, clean image to a blurred, noisy one: optics, larger pixels, light, camera. */
export interface DegradationSettings {
  /** Standard deviation of the blur in pixels of the sharp image, or the lens it comes from (0.21 λ / NA). */
  readonly blur:
    | { readonly sigmaPx: number }
    | { readonly emissionNm: number; readonly numericalAperture: number; readonly pixelSizeUm: number };
  /** How many sharp pixels one camera pixel collects along each axis; default 1. */
  readonly downsample?: 1 | 2 | 4;
  /** Power of the light that the low grey levels follow, as where software bent the grey levels of one of the images; default 1. */
  readonly exponent?: number;
  /** Brightness of the low image for a sharp value of 1; default 1. */
  readonly scale?: number;
  /** Light from elsewhere, on the unit scale of the low image; default 0. */
  readonly background?: number;
  /** Photo-electrons that raise a camera pixel of the low image by 1; more is less noisy. */
  readonly peakPhotons: number;
  /** Standard deviation of the read-out, in electrons; default 0. */
  readonly readNoiseE?: number;
  /** Value of a camera pixel without any light (its offset), on the unit scale; default 0. */
  readonly darkLevel?: number;
  /** Step between two grey levels on the unit scale, such as 1/255; default 0, none. */
  readonly greyStep?: number;
  /** Whether values stay within 0…1, as those of a converter do; default true. */
  readonly clip?: boolean;
}

/** How a low image is brought back to the grid of the sharp one. */
export interface DegradeOptions {
  /** Default `"none"`: the low image keeps its own grid. */
  readonly enlarge?: "none" | "bilinear" | "bicubic";
}

/**
 * Insists on a degradation that can be.
 *
 * @throws {@link UnitError} naming the setting
 */
export function checkDegradation(where: string, settings: DegradationSettings): void {
  const {
    blur,
    downsample = 1,
    exponent = 1,
    scale = 1,
    background = 0,
    peakPhotons,
    readNoiseE = 0,
    greyStep = 0,
  } = settings;
  if ("sigmaPx" in blur) checkRange(`${where}.blur.sigmaPx`, blur.sigmaPx, { min: 0, unit: "px" });
  else {
    checkRange(`${where}.blur.emissionNm`, blur.emissionNm, { min: 100, max: 10000, unit: "nm" });
    checkRange(`${where}.blur.numericalAperture`, blur.numericalAperture, { min: 0.01, max: 2 });
    checkRange(`${where}.blur.pixelSizeUm`, blur.pixelSizeUm, { min: 1e-4, unit: "µm" });
  }
  if (![1, 2, 4].includes(downsample))
    throw new UnitError({ where: `${where}.downsample`, expected: "1, 2 or 4", received: String(downsample) });
  checkRange(`${where}.exponent`, exponent, { min: 0.1, max: 10 });
  checkRange(`${where}.scale`, scale, { min: 0 });
  checkRange(`${where}.background`, background);
  checkRange(`${where}.peakPhotons`, peakPhotons, { min: 1e-3, unit: "photons" });
  checkRange(`${where}.readNoiseE`, readNoiseE, { min: 0, unit: "electrons" });
  checkRange(`${where}.greyStep`, greyStep, { min: 0, max: 1 });
}

/** Blur of a degradation as a standard deviation, in pixels of the sharp image. */
export function degradationSigmaPx({ blur }: Pick<DegradationSettings, "blur">): number {
  if ("sigmaPx" in blur) return blur.sigmaPx;
  return (0.21 * blur.emissionNm) / 1000 / blur.numericalAperture / blur.pixelSizeUm;
}

/**
 * The low image before noise: scale · (blurred, then averaged over downsample × downsample pixels)^exponent + background.
 *
 * @returns `[H / downsample, W / downsample]`
 * @throws {@link ShapeError} when the size is no multiple of `downsample`
 */
export function degradedLight(plane: Plane, settings: DegradationSettings): Plane {
  const { downsample = 1, exponent = 1, scale = 1, background = 0 } = settings;
  if (plane.height % downsample !== 0 || plane.width % downsample !== 0)
    throw new ShapeError({
      where: "degrade",
      expected: `height and width that are multiples of ${downsample}`,
      received: `${plane.height} × ${plane.width}`,
      fix: "Crop the image.",
    });
  const blurred = gaussianBlur(plane, degradationSigmaPx(settings));
  const size = [plane.height / downsample, plane.width / downsample] as const;
  const seen = downsample === 1 ? blurred : resizePlane(blurred, ...size, { method: "area" });
  const bent = exponent === 1 ? seen.data : seen.data.map((value) => Math.max(0, value) ** exponent);
  return { ...seen, data: bent.map((value) => scale * value + background) };
}

/**
 * What a weaker microscope would have seen of a sharp image.
 *
 * Blur → pixel integration → light and background → Poisson count of electrons → read noise → offset → grey steps. The variance of a
 * pixel of expected value v is (v − darkLevel) / peakPhotons + (readNoiseE / peakPhotons)².
 *
 * @param plane sharp image on the unit scale 0…1, `[H, W]`
 * @returns low image on the unit scale, `[H / downsample, W / downsample]`, or `[H, W]` when enlarged
 * @throws {@link UnitError} and {@link ShapeError} naming what cannot be
 */
export function degrade(
  plane: Plane,
  settings: DegradationSettings,
  random: Random,
  { enlarge = "none" }: DegradeOptions = {},
): Plane {
  checkDegradation("degradation", settings);
  const { peakPhotons, readNoiseE = 0, darkLevel = 0, greyStep = 0, clip = true } = settings;
  const light = degradedLight(plane, settings);
  const [counts, noise] = [random.fork("photon count"), random.fork("read noise")];
  const low: Plane = {
    ...light,
    data: light.data.map((value) => {
      const electrons = counts.poisson(peakPhotons * Math.max(0, value - darkLevel));
      const read = readNoiseE > 0 ? readNoiseE * noise.normal() : 0;
      const level = darkLevel + (electrons + read) / peakPhotons;
      const stepped = greyStep > 0 ? Math.round(level / greyStep) * greyStep : level;
      return clip ? Math.min(1, Math.max(0, stepped)) : stepped;
    }),
  };
  if (enlarge === "none") return low;
  const { height, width } = plane;
  return enlarge === "bicubic" ? bicubic(low, height, width) : resizePlane(low, height, width, { method: "bilinear" });
}
