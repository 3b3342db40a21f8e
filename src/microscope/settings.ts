/**
 * The simulator as plain data: what a run folder keeps beside the images that it made.
 *
 * Lengths of the specimen are in pixels of the image, because the pixel size of many microscope images is unknown and nuclei
 * can be measured without it. Only the lens lives in µm and nm; it is the one part that needs `pixelSizeUm`.
 */

import { UnitError } from "../core/errors.ts";
import { type CameraSettings, checkCamera } from "./cameras/camera.ts";
import { checkRange, type Distribution } from "./distribution.ts";
import { checkOptics, type OpticsSettings } from "./optics.ts";
import type { NucleiSettings } from "./specimens/nuclei.ts";

/** One kind of field of view. An image set with several cell types or magnifications has several. */
export interface FieldSettings {
  readonly height: number;
  readonly width: number;
  readonly nuclei: NucleiSettings;
  /** Photons per pixel from a nucleus of level 1 during the exposure. */
  readonly nucleusPhotons: Distribution;
  readonly optics: OpticsSettings;
  /** Nuclei out of focus: unlabelled ghosts. */
  readonly outOfFocus: {
    /** Share of the image area that they cover. */
    readonly coverage: Distribution;
    /** Their brightness against nuclei in focus, before the blur. */
    readonly level: Distribution;
  };
  readonly background: {
    /** Photons per pixel from no nucleus at all. */
    readonly photons: Distribution;
    /** Slow variation across the field: standard deviation, as a share of `nucleusPhotons`. */
    readonly drift: Distribution;
    /** Light around nuclei, from scattering and cytoplasm, as a share of the light of the nuclei, 0…1. */
    readonly haloShare: Distribution;
    /** How far it is spread: standard deviation. */
    readonly haloSigmaPx: Distribution;
  };
  readonly illumination: {
    /** Loss of excitation in the corners against the centre, 0…1. */
    readonly vignetting: Distribution;
    /** Gain of excitation from one side of the field to the other, as a share of the mean. */
    readonly tilt: Distribution;
  };
  readonly camera: CameraSettings;
  /** Factor from these pixels to the canonical form (nuclei of 20 px); by default from the nuclei's own diameters. */
  readonly canonicalScale?: number;
}

/** A microscope and what lies under it. */
export interface MicroscopeSettings {
  /** Edge of a pixel in the specimen plane; when `"unknown"`, optics must be Gaussian and 1 px is all the ruler there is. */
  readonly pixelSizeUm: number | "unknown";
  /** For each image one of these is picked at random. */
  readonly fields: readonly FieldSettings[];
}

/** Every quantity of a field that may be drawn: where it stands, and the range it must stay in. */
export const FIELD_LIMITS: Readonly<
  Record<string, { readonly min?: number; readonly max?: number; readonly unit?: string }>
> = {
  "nuclei.traits.diameterPx": { min: 1, unit: "px" },
  "nuclei.traits.aspect": { min: 1 },
  "nuclei.traits.level": { min: 0 },
  "nuclei.coverage": { min: 0, max: 1 },
  "nuclei.touchingShare": { min: 0, max: 1 },
  "nuclei.clusteredShare": { min: 0, max: 1 },
  "nuclei.overlapLimit": { min: 0, max: 0.9 },
  "nuclei.roughness": { min: 0, max: 0.5 },
  "nuclei.bend": { min: -1, max: 1 },
  "nuclei.chromatin.contrast": { min: 0, max: 1 },
  "nuclei.chromatin.coarseShare": { min: 0, max: 1 },
  "nuclei.chromatin.dome": { min: -0.9, max: 1 },
  "nuclei.chromatin.foci": { min: 0 },
  "nuclei.chromatin.focusContrast": { min: 0 },
  "nuclei.chromatin.nucleoli": { min: 0 },
  nucleusPhotons: { min: Number.MIN_VALUE, unit: "photons" },
  "optics.sigmaPx": { min: 0, unit: "px" },
  "optics.outOfFocusSigmaPx": { min: 0, unit: "px" },
  "optics.defocusUm": { min: -100, max: 100, unit: "µm" },
  "optics.outOfFocusUm": { min: -100, max: 100, unit: "µm" },
  "outOfFocus.coverage": { min: 0, max: 1 },
  "outOfFocus.level": { min: 0 },
  "background.photons": { min: 0, unit: "photons" },
  "background.drift": { min: 0 },
  "background.haloShare": { min: 0, max: 1 },
  "background.haloSigmaPx": { min: 0, unit: "px" },
  "illumination.vignetting": { min: 0, max: 1 },
  "illumination.tilt": { min: -1, max: 1 },
  canonicalScale: { min: Number.MIN_VALUE },
};

/** Value at a dotted path; a list of measured nuclei answers with all its values of that name. */
function valueAt(field: unknown, path: string): Distribution | undefined {
  let value: unknown = field;
  for (const name of path.split(".")) {
    const holder = value as Record<string, unknown>;
    const resampled = holder.resampled as readonly Record<string, number>[] | undefined;
    value = resampled ? { values: resampled.map((nucleus) => nucleus[name]!) } : holder[name];
    if (value === undefined) return undefined;
  }
  return value as Distribution;
}

function checkField(where: string, field: FieldSettings, pixelSizeUm: number | "unknown"): void {
  for (const side of ["height", "width"] as const)
    if (!Number.isInteger(field[side]) || field[side] < 1)
      throw new UnitError({
        where: `${where}.${side}`,
        expected: "a whole number of pixels above 0",
        received: String(field[side]),
      });
  if ("resampled" in field.nuclei.traits && field.nuclei.traits.resampled.length === 0)
    throw new UnitError({
      where: `${where}.nuclei.traits.resampled`,
      expected: "at least one measured nucleus",
      received: "none",
      fix: "Calibrate on images in which nuclei can be found, or describe the traits by distributions.",
    });
  for (const [path, limits] of Object.entries(FIELD_LIMITS)) {
    const quantity = valueAt(field, path);
    if (quantity !== undefined) checkRange(`${where}.${path}`, quantity, limits);
  }
  checkOptics(`${where}.optics`, field.optics, pixelSizeUm);
  checkCamera(`${where}.camera`, field.camera);
}

/**
 * Insists on a microscope that can exist.
 *
 * @param where path that error messages begin with
 * @throws {@link UnitError} naming the path of the first impossible setting
 */
export function checkSettings(settings: MicroscopeSettings, where = "microscope"): void {
  const { pixelSizeUm, fields } = settings;
  if (pixelSizeUm !== "unknown" && !(pixelSizeUm > 0 && Number.isFinite(pixelSizeUm)))
    throw new UnitError({
      where: `${where}.pixelSizeUm`,
      expected: 'a positive number of µm, or "unknown"',
      received: String(pixelSizeUm),
    });
  if (fields.length === 0)
    throw new UnitError({ where: `${where}.fields`, expected: "at least one field of view", received: "none" });
  for (const [i, field] of fields.entries()) checkField(`${where}.fields[${i}]`, field, pixelSizeUm);
}
