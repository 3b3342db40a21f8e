/** What people would try before a network, as functions of planes on the unit scale. */

import type { Plane } from "../../../core/plane.ts";
import type { Scale } from "../network.ts";
import { bicubicEnlargement } from "./bicubic.ts";
import { gaussianDenoise } from "./gaussian-denoise.ts";
import { richardsonLucy } from "./richardson-lucy.ts";
import { wienerDeconvolution } from "./wiener.ts";

export { bicubicEnlargement } from "./bicubic.ts";
export { gaussianDenoise } from "./gaussian-denoise.ts";
export { type RichardsonLucyOptions, richardsonLucy } from "./richardson-lucy.ts";
export { type WienerOptions, wienerDeconvolution } from "./wiener.ts";

/** What a classical method is told. */
export interface ClassicalOptions {
  readonly scale: Scale;
  /** Standard deviation of the Gaussian point-spread function, in pixels of the low image. */
  readonly psfSigmaPx: number;
}

/** A classical method as a table lists it. */
interface ClassicalMethod {
  readonly title: string;
  /** Low image `[h, w]` to `[h·scale, w·scale]`. */
  resolve(low: Plane, options: ClassicalOptions): Plane;
  readonly reference: string;
}

/**
 * Classical methods by name. Each mends the image on its own grid, where its noise is white, and enlarges last. Strengths that a user would have
 * to choose are chosen from the image itself, except the number of iterations, 20.
 */
export const classicalMethods = {
  bicubic: {
    title: "bicubic enlargement",
    resolve: (low, { scale }) => bicubicEnlargement(low, scale),
    reference: "Keys, IEEE Trans. ASSP 29, 1153 (1981)",
  },
  gaussianDenoise: {
    title: "Gaussian smoothing",
    resolve: (low, { scale }) => bicubicEnlargement(gaussianDenoise(low), scale),
    reference: "Golub, Heath & Wahba, Technometrics 21, 215 (1979), for its width",
  },
  wiener: {
    title: "Wiener deconvolution",
    resolve: (low, { scale, psfSigmaPx }) => bicubicEnlargement(wienerDeconvolution(low, { psfSigmaPx }), scale),
    reference: "Hunt, IEEE Trans. Comput. C-22, 805 (1973)",
  },
  richardsonLucy: {
    title: "Richardson–Lucy deconvolution",
    resolve: (low, { scale, psfSigmaPx }) => bicubicEnlargement(richardsonLucy(low, { psfSigmaPx }), scale),
    reference: "Richardson, J. Opt. Soc. Am. 62, 55 (1972); Lucy, Astron. J. 79, 745 (1974)",
  },
} as const satisfies Record<string, ClassicalMethod>;

/** Name of a classical method. */
export type ClassicalName = keyof typeof classicalMethods;
