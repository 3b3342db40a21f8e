import { UnitError } from "../core/errors.ts";
import type { Plane } from "../core/plane.ts";
import type { Random } from "../core/random.ts";
import { type Distribution, draw } from "./distribution.ts";
import { checkLens, type LensSettings, widefieldPsf } from "./psf/widefield-psf.ts";

/** A blur measured in images. */
export interface GaussianOptics {
  readonly kind: "gaussian";
  readonly sigmaPx: Distribution;
  /** Blur of the nuclei above and below the focal plane. */
  readonly outOfFocusSigmaPx: Distribution;
}

/** A blur computed from the lens; needs a known `pixelSizeUm`. */
export interface WidefieldOptics extends LensSettings {
  readonly kind: "widefield";
  /** How far the autofocus missed the nuclei. */
  readonly defocusUm: Distribution;
  /** Distance of the nuclei above and below. */
  readonly outOfFocusUm: Distribution;
}

/** How sharply nuclei in and out of focus are seen. */
export type OpticsSettings = GaussianOptics | WidefieldOptics;

/** One plane of the specimen to be seen through the optics. */
export interface Depth {
  readonly focus: "in" | "out";
  readonly pixelSizeUm: number | "unknown";
  readonly random: Random;
}

/** What each kind of optics answers. */
interface OpticsModel<Settings> {
  /** Insists on optics that can exist. */
  check(where: string, settings: Settings, pixelSizeUm: Depth["pixelSizeUm"]): void;
  /** Point-spread function of a plane, or the width of a Gaussian one. */
  psf(settings: Settings, depth: Depth): Plane | { readonly sigmaPx: number };
  /** Standard deviation of the Gaussian nearest to it, with the blur by the pixel itself. */
  blurPx(settings: Settings, depth: Depth): number;
}

const gaussian: OpticsModel<GaussianOptics> = {
  check() {},
  psf: (settings, depth) => ({ sigmaPx: gaussian.blurPx(settings, depth) }),
  blurPx: ({ sigmaPx, outOfFocusSigmaPx }, { focus, random }) =>
    draw(focus === "in" ? sigmaPx : outOfFocusSigmaPx, random),
};

const defocus = ({ defocusUm, outOfFocusUm }: WidefieldOptics, { focus, random }: Depth) =>
  draw(focus === "in" ? defocusUm : outOfFocusUm, random);

const widefield: OpticsModel<WidefieldOptics> = {
  check(where, settings, pixelSizeUm) {
    checkLens(where, settings);
    if (pixelSizeUm === "unknown")
      throw new UnitError({
        where: `${where}.kind`,
        expected: '"gaussian" when pixelSizeUm is "unknown"',
        received: '"widefield"',
        fix: "Set pixelSizeUm, or describe the blur in pixels.",
      });
  },
  psf(settings, depth) {
    const { numericalAperture, immersionIndex, emissionNm } = settings;
    const pixelSizeUm = depth.pixelSizeUm as number; // known, says the check
    return widefieldPsf({
      numericalAperture,
      immersionIndex,
      emissionNm,
      pixelSizeUm,
      defocusUm: defocus(settings, depth),
    });
  },
  blurPx(settings, depth) {
    const { numericalAperture, immersionIndex, emissionNm } = settings;
    const pixelSizeUm = depth.pixelSizeUm as number;
    // In focus 0.225 λ / NA: Zhang, Zerubia & Olivo-Marin, Appl. Opt. 46, 1819 (2007).
    const airyUm = (0.225 * emissionNm) / 1000 / numericalAperture;
    // Out of focus the cone of light: a disc of radius z tan α has half of it as standard deviation along each axis.
    const slope = numericalAperture / Math.sqrt(Math.max(0.04, immersionIndex ** 2 - numericalAperture ** 2));
    const coneUm = (Math.abs(defocus(settings, depth)) * slope) / 2;
    return Math.sqrt((airyUm ** 2 + coneUm ** 2) / pixelSizeUm ** 2 + 1 / 12);
  },
};

const models = { gaussian, widefield } as const satisfies { [Kind in OpticsSettings["kind"]]: unknown };

/** The model of these settings, asked in one way whatever its kind. */
function modelOf(settings: OpticsSettings): OpticsModel<OpticsSettings> {
  return models[settings.kind] as OpticsModel<OpticsSettings>;
}

/**
 * Insists on optics that can exist.
 *
 * @throws {@link UnitError} naming the setting
 */
export function checkOptics(where: string, settings: OpticsSettings, pixelSizeUm: number | "unknown"): void {
  if (!(settings.kind in models))
    throw new UnitError({
      where: `${where}.kind`,
      expected: Object.keys(models)
        .map((kind) => `"${kind}"`)
        .join(" or "),
      received: JSON.stringify(settings.kind) ?? "nothing",
    });
  modelOf(settings).check(where, settings, pixelSizeUm);
}

/** Point-spread function of one plane, or the width of a Gaussian one. Draws the focus error anew. */
export function opticsPsf(settings: OpticsSettings, depth: Depth): Plane | { readonly sigmaPx: number } {
  return modelOf(settings).psf(settings, depth);
}

/** Blur of one plane as the standard deviation of the nearest Gaussian, in pixels. Draws the focus error anew. */
export function opticsBlurPx(settings: OpticsSettings, depth: Depth): number {
  return modelOf(settings).blurPx(settings, depth);
}
