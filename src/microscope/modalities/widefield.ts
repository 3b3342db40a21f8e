import { ShapeError } from "../../core/errors.ts";
import { emptyPlane, type Plane } from "../../core/plane.ts";
import { convolution } from "./convolution.ts";
import { wideBlur } from "./wide-blur.ts";

/** One plane of the specimen and how sharply the lens sees it. */
export interface Layer {
  /** Photons per pixel during the exposure, `[H, W]`. */
  readonly emission: Plane;
  /** Point-spread function of this plane; a Gaussian may be given by its width alone, which is faster. */
  readonly psf: Plane | { readonly sigmaPx: number };
}

/** Everything between the emitters and the camera besides the point-spread function. */
export interface WidefieldOptions {
  /** Strength of the excitation relative to its mean, `[H, W]`; default 1 everywhere. */
  readonly illumination?: Plane;
  /**
   * Light around nuclei, scattered by glass and medium or from dye in the cytoplasm: how much of it there is for the light of
   * the nuclei, and how far it reaches. Default none.
   */
  readonly halo?: { readonly share: number; readonly sigmaPx: number };
  /** Photons per pixel that come from no nucleus, `[H, W]` or the same everywhere; default 0. */
  readonly background?: Plane | number;
}

/**
 * Image of a specimen through a widefield microscope.
 *
 * Nothing is cut off by a pinhole: every plane is blurred by its own point-spread function and all planes add up, with the
 * background. photons = Σ psfᵢ ∗ (illumination · emissionᵢ) + h · wide ∗ (illumination · Σ emissionᵢ) + background, with halo
 * share h. Edges are reflected.
 *
 * @returns expected photons per pixel, `[H, W]`, before any noise
 * @throws {@link ShapeError} when the planes differ in size
 */
export function widefield(layers: readonly Layer[], options: WidefieldOptions = {}): Plane {
  const { illumination, halo, background = 0 } = options;
  const { height, width } = layers[0]!.emission;
  const planes = [
    ...layers.map((layer) => layer.emission),
    illumination,
    typeof background === "number" ? undefined : background,
  ];
  for (const plane of planes)
    if (plane && (plane.height !== height || plane.width !== width))
      throw new ShapeError({
        where: "widefield",
        expected: `planes of ${height} × ${width}`,
        received: `${plane.height} × ${plane.width}`,
      });

  const photons = emptyPlane(height, width);
  const total = emptyPlane(height, width);
  const share = halo?.share ?? 0;
  for (const { emission, psf } of layers) {
    const lit = illumination
      ? { ...emission, data: emission.data.map((value, i) => value * illumination.data[i]!) }
      : emission;
    const seen = "sigmaPx" in psf ? wideBlur(lit, psf.sigmaPx) : convolution(lit, psf);
    for (let i = 0; i < photons.data.length; i++) {
      photons.data[i]! += seen.data[i]!;
      total.data[i]! += lit.data[i]!;
    }
  }
  if (halo && share > 0) {
    const spread = wideBlur(total, halo.sigmaPx);
    for (let i = 0; i < photons.data.length; i++) photons.data[i]! += share * spread.data[i]!;
  }
  for (let i = 0; i < photons.data.length; i++)
    // Rounding in the Fourier transform can leave a dark pixel just below zero.
    photons.data[i] = Math.max(
      0,
      photons.data[i]! + (typeof background === "number" ? background : background.data[i]!),
    );
  return photons;
}
