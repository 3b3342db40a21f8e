import type { Random } from "../core/random.ts";
import { CANONICAL_DIAMETER_PX } from "../data/canonical.ts";
import { draw, typical } from "./distribution.ts";
import type { FieldSettings, MicroscopeSettings } from "./settings.ts";

/** Canonical values of the background, and how much brighter a typical nucleus is: what `toCanonical` makes of an image. */
export const CANONICAL = { background: 0.1, contrast: 0.45 } as const;

/** Which scene to draw in canonical form, where nuclei are about 20 px wide. */
export interface CanonicalOptions {
  /** Edge of the square scene, in canonical pixels. */
  readonly size: number;
  /** Every call takes a new scene from this stream; the same state gives the same scene. */
  readonly random: Random;
  /** Factor on the number of nuclei; other than 1 breeds a wrong density on purpose. Default 1. */
  readonly densityFactor?: number;
}

/** What both kinds of canonical scene begin with. */
export interface CanonicalScene {
  /** One field of the settings with its coverage settled; lengths still in native pixels. */
  readonly field: FieldSettings;
  /** Native to canonical pixels. */
  readonly scale: number;
  readonly random: Random;
}

/** More than this does not fit without breaking the overlap limit. */
const FULLEST = 0.75;
/** Nuclei in contact are what a segmenter finds hard, so even sparse fields teach some. */
const LEAST_TOUCHING = 0.2;

/** Factor from the pixels of a field to canonical ones: what was estimated from its real image, or 20 px over its diameters. */
export function canonicalScaleOf({ canonicalScale, nuclei: { traits } }: FieldSettings): number {
  if (canonicalScale !== undefined) return canonicalScale;
  const diameters =
    "resampled" in traits ? { values: traits.resampled.map((nucleus) => nucleus.diameterPx) } : traits.diameterPx;
  return Math.min(1.8, Math.max(0.35, CANONICAL_DIAMETER_PX / typical(diameters)));
}

/**
 * Begins a scene: one field of the settings, and how densely it is filled.
 *
 * Crops of a field are fuller or emptier than the whole, and empty ones teach little: coverage × U(0.8, 1.6) + 0.03.
 */
export function canonicalScene(
  { fields }: MicroscopeSettings,
  { random, densityFactor = 1 }: CanonicalOptions,
): CanonicalScene {
  const stream = random.fork("canonical scene", random.word(), random.word());
  const field = stream.pick(fields);
  const measured = draw(field.nuclei.coverage, stream);
  const coverage = Math.min(FULLEST, densityFactor * (measured * stream.between(0.8, 1.6) + 0.03));
  const touchingShare = Math.max(LEAST_TOUCHING, field.nuclei.touchingShare);
  return {
    field: { ...field, nuclei: { ...field.nuclei, coverage, touchingShare } },
    scale: canonicalScaleOf(field),
    random: stream,
  };
}
