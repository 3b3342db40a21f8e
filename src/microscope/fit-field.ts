/**
 * Fits one field of the simulator to one real image by the method of simulated moments: guess, simulate, measure the simulated
 * picture with the very instrument that measured the real one, correct each setting by the difference, repeat. What the
 * instrument gets wrong (blur that eats texture, thresholds that grow outlines) it gets wrong on both sides, so it cancels.
 *
 * See McFadden, Econometrica 57, 995 (1989).
 */

import type { Random } from "../core/random.ts";
import type { CameraSettings } from "./cameras/camera.ts";
import { type Descriptors, descriptors } from "./descriptors.ts";
import { renderCanonical } from "./render-canonical.ts";
import type { FieldSettings } from "./settings.ts";
import type { NucleusTraits } from "./specimens/placement.ts";

/** What is to be reproduced: one real image in canonical form. */
export interface FieldTarget {
  readonly measured: Descriptors;
  /** Nuclei to resample, lengths in canonical pixels. */
  readonly traits: readonly NucleusTraits[];
  /** Native size and the factor from native to canonical pixels. */
  readonly height: number;
  readonly width: number;
  readonly scale: number;
  /** Grey levels of background and median nucleus in the native image. */
  readonly background: number;
  readonly foreground: number;
  readonly bitDepth: number;
}

/** The settings that the fit moves, in canonical pixels and relative to a typical nucleus. */
interface Knobs {
  diameter: number;
  elongation: number;
  level: number;
  coverage: number;
  touchingShare: number;
  clusteredShare: number;
  roughness: number;
  sigmaPx: number;
  contrast: number;
  foci: number;
  nucleoli: number;
  dome: number;
  haloShare: number;
  drift: number;
  noiseFloor: number;
  shotNoise: number;
}

/** Rounds of simulating and correcting, scenes in each, and their edge in canonical pixels. */
const ROUNDS = 4;
const SCENES = 1;
const SCENE_PX = 192;
/** Scenes for the fit are at least this full, or a sparse field would show too few nuclei to measure. */
const FIT_COVERAGE = 0.14;
/** Spread of the halo, in canonical pixels: half a nucleus. */
const HALO_PX = 9;

/** Share of a native pixel's noise variance that survives the change to canonical pixels; a rough guess is enough to converge. */
const NOISE_PASSED = 0.5;

/** Share of a difference that one round takes away: a scene is a small sample, and full steps would follow its accidents. */
const DAMPING = 0.8;

const clamp = (value: number, low: number, high: number) => Math.min(high, Math.max(low, value));
const finite = (values: readonly number[]) => values.filter(Number.isFinite);
const mean = (values: readonly number[]) => {
  const kept = finite(values);
  return kept.length === 0 ? Number.NaN : kept.reduce((sum, value) => sum + value, 0) / kept.length;
};
const median = (values: readonly number[]) => {
  const sorted = finite(values).sort((a, b) => a - b);
  return sorted.length === 0 ? Number.NaN : sorted[sorted.length >> 1]!;
};
const around = (value: number, spread: number) => ({ uniform: [value * (1 - spread), value * (1 + spread)] }) as const;

/** Camera and light that give a noise of `floor + shot · level` (variance, relative) at these grey levels. */
function exposure(
  { background, foreground, bitDepth }: FieldTarget,
  { noiseFloor, shotNoise, haloShare, coverage }: Knobs,
): { camera: CameraSettings; nucleusPhotons: number; backgroundPhotons: number } {
  const contrastAdu = foreground - background;
  const nucleusE = 1 / clamp(shotNoise, 1e-5, 1);
  const electronsPerAdu = nucleusE / contrastAdu;
  const floorE = noiseFloor * nucleusE ** 2;
  // Nothing in an image tells the camera's offset from light: half of the dark noise, at most, is laid to light.
  // The measured background has the halo in it, which the simulation adds by itself.
  const darkAdu = Math.max(0, background - contrastAdu * haloShare * coverage);
  const backgroundE = Math.min(0.9 * darkAdu * electronsPerAdu, 0.5 * floorE);
  const quantumEfficiency = 0.7;
  return {
    camera: {
      quantumEfficiency,
      darkCurrentEPerS: 0,
      exposureMs: 100,
      readNoiseE: Math.sqrt(Math.max(0, floorE - backgroundE)),
      fullWellE: Math.ceil(2 ** bitDepth * electronsPerAdu + 1),
      electronsPerAdu,
      offsetAdu: darkAdu - backgroundE / electronsPerAdu,
      bitDepth,
    },
    nucleusPhotons: nucleusE / quantumEfficiency,
    backgroundPhotons: backgroundE / quantumEfficiency,
  };
}

function fieldOf(target: FieldTarget, knobs: Knobs): FieldSettings {
  const { height, width, scale } = target;
  const { camera, nucleusPhotons, backgroundPhotons } = exposure(target, knobs);
  const resampled = target.traits.map(({ diameterPx, aspect, level }) => ({
    diameterPx: (diameterPx * knobs.diameter) / scale,
    aspect: 1 + (aspect - 1) * knobs.elongation,
    level: level * knobs.level,
  }));
  return {
    height,
    width,
    nuclei: {
      traits: { resampled },
      coverage: around(knobs.coverage, 0.15),
      touchingShare: knobs.touchingShare,
      clusteredShare: knobs.clusteredShare,
      overlapLimit: 0.2,
      roughness: { uniform: [0.3 * knobs.roughness, 1.7 * knobs.roughness] },
      bend: { normal: [0, 3 * knobs.roughness], min: -0.35, max: 0.35 },
      chromatin: {
        contrast: around(knobs.contrast, 0.3),
        coarseShare: 0.35,
        dome: { uniform: [knobs.dome - 0.15, knobs.dome + 0.15] },
        foci: { uniform: [0, 2 * knobs.foci] },
        focusContrast: { uniform: [0.2, 0.8] },
        nucleoli: { uniform: [0, 2 * knobs.nucleoli] },
      },
    },
    nucleusPhotons: around(nucleusPhotons, 0.2),
    optics: {
      kind: "gaussian",
      sigmaPx: around(knobs.sigmaPx / scale, 0.2),
      outOfFocusSigmaPx: { uniform: [3 / scale, 7 / scale] },
    },
    outOfFocus: { coverage: { uniform: [0, 0.2 * knobs.coverage] }, level: { uniform: [0.08, 0.3] } },
    background: {
      photons: backgroundPhotons,
      drift: around(knobs.drift, 0.4),
      haloShare: around(knobs.haloShare, 0.3),
      haloSigmaPx: around(HALO_PX / scale, 0.4),
    },
    illumination: { vignetting: 0, tilt: 0 },
    camera,
    canonicalScale: scale,
  };
}

/** Moves every setting by what its own descriptor is off; a descriptor that an image does not show moves nothing. */
function corrected(knobs: Knobs, real: Descriptors, simulated: readonly Descriptors[], inDensity: boolean): Knobs {
  const ratio = (of: (d: Descriptors) => number) => {
    const quotient = of(real) / mean(simulated.map(of));
    return Number.isFinite(quotient) && quotient > 0 ? clamp(quotient, 0.5, 2) ** DAMPING : 1;
  };
  const gap = (of: (d: Descriptors) => number) => {
    const difference = of(real) - mean(simulated.map(of));
    return Number.isFinite(difference) ? DAMPING * difference : 0;
  };
  const squareGap = (of: (d: Descriptors) => number) => gap((d) => of(d) ** 2 * Math.sign(of(d)));
  const skew = gap((d) => d.textureSkew);
  const spots = knobs.foci - knobs.nucleoli + clamp(2 * skew, -1, 1);
  return {
    diameter: clamp(knobs.diameter * ratio((d) => median(d.diameterPx)), 0.75, 1.3),
    elongation: clamp(knobs.elongation * ratio((d) => median(d.aspect) - 1), 0.7, 1.6),
    level: clamp(knobs.level * ratio((d) => median(d.level)), 0.7, 1.6),
    coverage: inDensity ? clamp(knobs.coverage * ratio((d) => d.coverage), 0.002, 0.75) : knobs.coverage,
    touchingShare: inDensity
      ? clamp(knobs.touchingShare + 0.75 * gap((d) => d.touchingShare), 0.02, 0.6)
      : knobs.touchingShare,
    clusteredShare: inDensity
      ? clamp(knobs.clusteredShare - 0.75 * gap((d) => d.clarkEvans), 0, 0.4)
      : knobs.clusteredShare,
    roughness: clamp(knobs.roughness * Math.sqrt(ratio((d) => median(d.irregularity))), 0.006, 0.035),
    sigmaPx: Math.sqrt(clamp(knobs.sigmaPx ** 2 + squareGap((d) => d.edgePx), 0.04, 9)),
    contrast: clamp(knobs.contrast * ratio((d) => d.texture), 0.01, 0.4),
    foci: clamp(spots, 0, 4),
    nucleoli: clamp(-spots, 0, 3),
    dome: clamp(knobs.dome + clamp(2 * gap((d) => d.dome), -0.2, 0.2), -0.4, 0.8),
    haloShare: clamp(knobs.haloShare + clamp(3 * gap((d) => d.halo), -0.1, 0.1), 0, 0.5),
    drift: Math.sqrt(clamp(knobs.drift ** 2 + squareGap((d) => d.drift), 0, 0.01)),
    noiseFloor: clamp(knobs.noiseFloor * ratio((d) => d.backgroundNoise) ** 2, 1e-7, 0.5),
    shotNoise: clamp(knobs.shotNoise + squareGap((d) => d.nuclearNoise) / NOISE_PASSED, 1e-5, 0.5),
  };
}

/** Where the fit starts: what the descriptors say when taken at their word. */
function firstGuess({ measured, scale }: FieldTarget): Knobs {
  const or = (value: number, fallback: number) => (Number.isFinite(value) ? value : fallback);
  const nuclei = measured.spacingPx.length;
  const passed = scale < 1 ? (scale - scale ** 2 / 3) ** 2 : NOISE_PASSED;
  return {
    diameter: 1,
    elongation: 1,
    level: 1.05,
    coverage: clamp(measured.coverage, 0.002, 0.75),
    // A few nuclei say little of how nuclei lie: the fewer, the more counts what is usual, a fifth in contact.
    touchingShare: (nuclei * or(measured.touchingShare, 0) + 4 * 0.2) / (nuclei + 4),
    clusteredShare: 0.1,
    roughness: 0.02,
    sigmaPx: clamp(or(measured.edgePx, 1), 0.4, 2.5),
    contrast: clamp(1.5 * or(measured.texture, 0.07), 0.02, 0.5),
    foci: 0.5,
    nucleoli: 0,
    dome: 0.2,
    haloShare: clamp(2 * or(measured.halo, 0.03), 0, 0.4),
    drift: clamp(or(measured.drift, 0.01), 0, 0.1),
    noiseFloor: clamp(or(measured.backgroundNoise, 0.02) ** 2 / passed, 1e-6, 0.5),
    shotNoise: clamp((0.3 * or(measured.nuclearNoise, 0.03) ** 2) / passed, 1e-5, 0.5),
  };
}

/** Field settings whose pictures measure like the real image. */
export function fitField(target: FieldTarget, random: Random): FieldSettings {
  // Fewer nuclei than this say nothing of how nuclei lie to each other.
  const inDensity = target.measured.spacingPx.length >= 8;
  let knobs = firstGuess(target);
  for (let round = 0; round < ROUNDS; round++) {
    const field = fieldOf(target, inDensity ? knobs : { ...knobs, coverage: Math.max(FIT_COVERAGE, knobs.coverage) });
    const scenes = Array.from({ length: SCENES }, (_, i) =>
      descriptors(
        renderCanonical(field, "unknown", {
          height: SCENE_PX,
          width: SCENE_PX,
          scale: target.scale,
          random: random.fork("scene", i), // the same nuclei each round: differences are the settings'
        }).image,
      ),
    );
    knobs = corrected(knobs, target.measured, scenes, inDensity);
  }
  return fieldOf(target, knobs);
}
