import { emptyPlane, type LabelMap, type Plane } from "../core/plane.ts";
import type { Random } from "../core/random.ts";
import { resizePlane } from "../image/resize-plane.ts";
import { CANONICAL } from "./canonical-scene.ts";
import { draw } from "./distribution.ts";
import { smoothField } from "./modalities/smooth-field.ts";
import { wideBlur } from "./modalities/wide-blur.ts";
import { opticsBlurPx } from "./optics.ts";
import type { FieldSettings, MicroscopeSettings } from "./settings.ts";
import { nuclei } from "./specimens/nuclei.ts";

/** A labelled scene in canonical form. */
export interface CanonicalPair {
  /** Background about 0.1, median nucleus about 0.55, clipped to 0…1, `[H, W]`. */
  readonly image: Plane;
  readonly labels: LabelMap;
}

/** Size of the scene in canonical pixels, and the factor from native pixels to them. */
export interface RenderOptions {
  readonly height: number;
  readonly width: number;
  readonly scale: number;
  readonly random: Random;
}

/** Blur in canonical pixels: the optics', scaled, and what averaging (scale < 1) or interpolation (scale > 1) adds. */
function canonicalBlurPx(nativePx: number, scale: number): number {
  const resize = scale < 1 ? (1 - scale * scale) / 12 : (scale * scale) / 6;
  return Math.sqrt((nativePx * scale) ** 2 + (scale === 1 ? 0 : resize));
}

/**
 * Variance of the camera's noise in one native pixel, relative to the light of a nucleus of level 1: `floor + shot · level`.
 *
 * Rounding to grey levels is not in it: where it matters, calibration has measured it as part of the read noise.
 */
function relativeNoise(
  { camera, background, nucleusPhotons }: FieldSettings,
  random: Random,
): { floor: number; shot: number } {
  const nucleusE = draw(nucleusPhotons, random) * camera.quantumEfficiency;
  const darkE =
    draw(background.photons, random) * camera.quantumEfficiency + (camera.darkCurrentEPerS * camera.exposureMs) / 1000;
  return { floor: (darkE + camera.readNoiseE ** 2) / nucleusE ** 2, shot: 1 / nucleusE };
}

/** Noise of unit variance per native pixel as it looks after the change to canonical pixels, `[H, W]`. */
function unitNoise({ height, width, scale, random }: RenderOptions): Plane {
  const shrink = Math.max(1, scale);
  // Mean squared weight of averaging over 1/scale pixels at any phase: (L − 1/3) / L² along each axis.
  const averaged = scale < 1 ? scale - scale ** 2 / 3 : 1;
  const plane = emptyPlane(Math.ceil(height / shrink), Math.ceil(width / shrink));
  // Box & Muller (1958) with both branches, which `random.normal` does not keep: noise is half the work of a scene.
  for (let i = 0; i < plane.data.length; i += 2) {
    const radius = averaged * Math.sqrt(-2 * Math.log(1 - random.uniform()));
    const angle = 2 * Math.PI * random.uniform();
    plane.data[i] = radius * Math.cos(angle);
    plane.data[i + 1] = radius * Math.sin(angle); // writing beyond an odd end is ignored
  }
  return shrink === 1 ? plane : resizePlane(plane, height, width, { method: "bilinear" });
}

/**
 * A labelled scene made directly in canonical form: what `simulate` followed by `toCanonical` would give, at a fraction of the
 * time.
 *
 * @returns image and labels, both `[H, W]`
 */
export function renderCanonical(
  field: FieldSettings,
  pixelSizeUm: MicroscopeSettings["pixelSizeUm"],
  options: RenderOptions,
): CanonicalPair {
  const { height, width, scale, random } = options;
  const blurPx = (focus: "in" | "out") =>
    canonicalBlurPx(opticsBlurPx(field.optics, { focus, pixelSizeUm, random }), scale);

  const { labels, emission } = nuclei(field.nuclei, { ...options, random: random.fork("in focus") });
  const light = wideBlur(emission, blurPx("in"));

  const coverage = draw(field.outOfFocus.coverage, random);
  const brightness = draw(field.outOfFocus.level, random);
  if (coverage * brightness > 0) {
    const ghosts = nuclei(
      { ...field.nuclei, coverage },
      { ...options, brightness, random: random.fork("out of focus") },
    );
    const seen = wideBlur(ghosts.emission, blurPx("out"));
    for (let i = 0; i < light.data.length; i++) light.data[i]! += seen.data[i]!;
  }
  const haloShare = draw(field.background.haloShare, random);
  const halo = wideBlur(emission, draw(field.background.haloSigmaPx, random) * scale);
  const meanHalo = halo.data.reduce((sum, value) => sum + value, 0) / halo.data.length;
  const drift = draw(field.background.drift, random);
  const waves = smoothField(height, width, {
    random: random.fork("drift"),
    extentPx: Math.max(field.height, field.width) * scale,
  });

  const { floor, shot } = relativeNoise(field, random);
  const noise = unitNoise({ ...options, random: random.fork("noise") });
  const image = emptyPlane(height, width);
  for (let i = 0; i < image.data.length; i++) {
    // Canonical form takes the background off, and with it the mean of halo and drift.
    const level = light.data[i]! + haloShare * (halo.data[i]! - meanHalo) + drift * waves.data[i]!;
    const seen = level + Math.sqrt(floor + shot * Math.max(0, level)) * noise.data[i]!;
    image.data[i] = Math.min(1, Math.max(0, CANONICAL.background + CANONICAL.contrast * seen));
  }
  return { image, labels };
}
