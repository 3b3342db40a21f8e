import { emptyPlane, type LabelMap, type Plane } from "../core/plane.ts";
import type { Random } from "../core/random.ts";
import { resizePlane } from "../image/resize-plane.ts";
import { type CanonicalOptions, canonicalScene } from "./canonical-scene.ts";
import { draw } from "./distribution.ts";
import { smoothField } from "./modalities/smooth-field.ts";
import { wideBlur } from "./modalities/wide-blur.ts";
import type { FieldSettings, MicroscopeSettings } from "./settings.ts";
import { nuclei } from "./specimens/nuclei.ts";

/** A labelled scene in canonical form. */
export interface CanonicalPair {
  /** Background about 0.1, median nucleus about 0.55, clipped to 0…1, `[size, size]`. */
  readonly image: Plane;
  readonly labels: LabelMap;
}

const BACKGROUND = 0.1;
const CONTRAST = 0.45;

/** Blur of the nuclei, in native pixels; of a lens, the Gaussian that fits its Airy disc best, with the pixel's own blur. */
function nativeBlurPx({ optics }: FieldSettings, pixelSizeUm: MicroscopeSettings["pixelSizeUm"], depth: "in" | "out", random: Random) {
  if (optics.kind === "gaussian") return draw(depth === "in" ? optics.sigmaPx : optics.outOfFocusSigmaPx, random);
  const { numericalAperture, immersionIndex, emissionNm } = optics;
  const pixelUm = pixelSizeUm as number; // known: checkSettings
  const airyUm = (0.225 * emissionNm) / 1000 / numericalAperture; // Zhang, Zerubia & Olivo-Marin, Appl. Opt. 46, 1819 (2007)
  // Geometric cone: a disc of radius z · tan α has a standard deviation of half its radius per axis.
  const slope = numericalAperture / Math.sqrt(Math.max(0.04, immersionIndex ** 2 - numericalAperture ** 2));
  const coneUm = (Math.abs(draw(depth === "in" ? optics.defocusUm : optics.outOfFocusUm, random)) * slope) / 2;
  return Math.sqrt((airyUm / pixelUm) ** 2 + (coneUm / pixelUm) ** 2 + 1 / 12);
}

/** Blur in canonical pixels: the optics', scaled, and what averaging (scale < 1) or interpolation (scale > 1) adds. */
function canonicalBlurPx(nativePx: number, scale: number): number {
  const resize = scale < 1 ? (1 - scale * scale) / 12 : (scale * scale) / 6;
  return Math.sqrt((nativePx * scale) ** 2 + (scale === 1 ? 0 : resize));
}

/**
 * Variance of the camera's noise, relative to the light of a nucleus of level 1: `floor + shot · level`.
 *
 * Of the native image; averaging to canonical pixels lowers it.
 */
export function relativeNoise(
  { camera, background }: FieldSettings,
  nucleusPhotons: number,
  random: Random,
): { floor: number; shot: number } {
  const nucleusE = nucleusPhotons * camera.quantumEfficiency;
  const darkE = draw(background.photons, random) * camera.quantumEfficiency + (camera.darkCurrentEPerS * camera.exposureMs) / 1000;
  const floorE = darkE + camera.readNoiseE ** 2 + camera.electronsPerAdu ** 2 / 12;
  return { floor: floorE / nucleusE ** 2, shot: 1 / nucleusE };
}

/** Noise of unit variance per native pixel as it looks after the change to canonical pixels, `[size, size]`. */
function unitNoise(size: number, scale: number, random: Random): Plane {
  const native = scale > 1 ? Math.ceil(size / scale) : size;
  // Mean squared weight of averaging over 1/scale pixels at any phase: (L − 1/3) / L² along each axis.
  const averaged = scale < 1 ? scale - scale ** 2 / 3 : 1;
  const plane = emptyPlane(native, native);
  for (let i = 0; i < plane.data.length; i++) plane.data[i] = averaged * random.normal();
  return native === size ? plane : resizePlane(plane, size, size, { method: "bilinear" });
}

/**
 * A labelled training pair, made directly in canonical form: what `simulate` followed by `toCanonical` would give, at a
 * fraction of the time.
 *
 * Each scene takes the cells, blur, noise and stray light of one field of the settings, that is, of one real image when they
 * come from `calibrate`.
 *
 * @param calibration anything with `settings`; a preset does as well: `{ settings: fluorescenceNuclei() }`
 */
export function simulateCanonical(
  calibration: { readonly settings: MicroscopeSettings },
  options: CanonicalOptions,
): CanonicalPair {
  const { settings } = calibration;
  const { size } = options;
  const { field, nuclei: population, scale, random } = canonicalScene(settings, options);
  const blurPx = (depth: "in" | "out") => canonicalBlurPx(nativeBlurPx(field, settings.pixelSizeUm, depth, random), scale);
  const square = { height: size, width: size, scale };

  const { labels, emission } = nuclei(population, { ...square, random: random.fork("in focus") });
  const light = wideBlur(emission, Math.min(1.6, blurPx("in")));

  const ghostCoverage = draw(field.outOfFocus.coverage, random);
  const ghostLevel = draw(field.outOfFocus.level, random);
  if (ghostCoverage * ghostLevel > 0) {
    const ghosts = nuclei({ ...population, coverage: ghostCoverage }, { ...square, brightness: ghostLevel, random: random.fork("out of focus") });
    const seen = wideBlur(ghosts.emission, blurPx("out"));
    for (let i = 0; i < light.data.length; i++) light.data[i]! += seen.data[i]!;
  }
  const haloShare = draw(field.background.haloShare, random);
  const halo = wideBlur(emission, draw(field.background.haloSigmaPx, random) * scale);
  const meanHalo = halo.data.reduce((sum, value) => sum + value, 0) / halo.data.length;
  const drift = draw(field.background.drift, random);
  const waves = smoothField(size, size, random.fork("drift"));

  const { floor, shot } = relativeNoise(field, draw(field.nucleusPhotons, random), random);
  const noise = unitNoise(size, scale, random.fork("noise"));
  const image = emptyPlane(size, size);
  for (let i = 0; i < image.data.length; i++) {
    // Canonical form takes the background off, and with it the mean of halo and drift.
    const level = light.data[i]! + haloShare * (halo.data[i]! - meanHalo) + drift * waves.data[i]!;
    const seen = level + Math.sqrt(floor + shot * Math.max(0, level)) * noise.data[i]!;
    image.data[i] = Math.min(1, Math.max(0, BACKGROUND + CONTRAST * seen));
  }
  return { image, labels };
}
