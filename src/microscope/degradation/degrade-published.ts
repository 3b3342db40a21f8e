import { UnitError } from "../../core/errors.ts";
import type { Plane } from "../../core/plane.ts";
import type { Random } from "../../core/random.ts";
import { gaussianBlur } from "../../image/gaussian-blur.ts";
import { checkRange } from "../distribution.ts";
import { unitRange } from "../localizations/clip-outliers.ts";
import { perlinNoise } from "../specimens/perlin-noise.ts";

/** Noise of an image without a specimen, stretched to 0…1 by its smallest and largest value. */
export interface EmptyArea {
  readonly mean: number;
  readonly standardDeviation: number;
}

/** The published road from high to low resolution. Defaults are those for microtubules (Alexa 647, read out at 510 nm). */
export interface PublishedDegradation {
  /** Edge of a pixel of the picture; published 0.0265 (106 nm / 4). */
  readonly pixelSizeUm: number;
  /** Wavelength of the light; default 0.51 (published for mitochondria: 0.66). */
  readonly wavelengthUm?: number;
  /** Default 1.46 (published for mitochondria: 1.49). */
  readonly numericalAperture?: number;
  /** Values below this become 0; default 0.2. */
  readonly threshold?: number;
  /** Weight of the background of Perlin noise; default 1/12. */
  readonly backgroundWeight?: number;
  /** Cells of the Perlin noise along each axis; default 4. */
  readonly backgroundCells?: number;
  /** Weight of the Poisson deviate; default 1/20. */
  readonly poissonWeight?: number;
  /** Weight of the Gaussian noise; default 1/20. */
  readonly gaussianWeight?: number;
  /**
   * Measured in an empty area of a real image ({@link emptyArea}). The default is what Gaussian noise gives: stretched by its
   * extremes, some ± 4.3 standard deviations in 256 × 256 pixels, it has mean 0.5 and standard deviation 0.116.
   */
  readonly camera?: EmptyArea;
}

/** Mean and standard deviation of an area without a specimen after stretching to 0…1, as published. */
export function emptyArea(area: Plane): EmptyArea {
  const { data } = unitRange(area);
  const mean = data.reduce((sum, value) => sum + value, 0) / data.length;
  const variance = data.reduce((sum, value) => sum + (value - mean) ** 2, 0) / data.length;
  return { mean, standardDeviation: Math.sqrt(variance) };
}

/** Standard deviation of the published point-spread function: 0.25 · (λ / pixel) / NA, in pixels. */
export function publishedBlurPx({
  pixelSizeUm,
  wavelengthUm = 0.51,
  numericalAperture = 1.46,
}: Pick<PublishedDegradation, "pixelSizeUm" | "wavelengthUm" | "numericalAperture">): number {
  return (0.25 * (wavelengthUm / pixelSizeUm)) / numericalAperture;
}

/**
 * The light before any noise: faint values to 0, Perlin background (shifted so that its minimum is 0), Gaussian blur cut off at 4 σ.
 *
 * @param background Perlin noise, `[H, W]`
 */
export function publishedLight(plane: Plane, background: Plane, settings: PublishedDegradation): Plane {
  const { threshold = 0.2, backgroundWeight = 1 / 12 } = settings;
  const floor = background.data.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const lit = unitRange(plane).data.map(
    (value, i) => (value < threshold ? 0 : value) + backgroundWeight * (background.data[i]! - floor),
  );
  return gaussianBlur({ ...plane, data: lit }, publishedBlurPx(settings));
}

/**
 * Low-resolution partner of a high-resolution picture, exactly as published for the microtubules that do not exist:
 *
 * stretch to 0…1 → values below 0.2 to 0 → + Perlin(4 × 4 cells) / 12 → Gaussian of 0.25 (λ / pixel) / NA → I + Poisson(I + ½) / 20 →
 * + N(μ, σ) / 20.
 *
 * The grid stays the same, and the result is not brought back to 0…1: the dark lies near 1/40 + μ/20. The counts have a mean near 1,
 * so this noise is far from a camera's; see `degrade` for one with photons.
 *
 * @param plane picture, `[H, W]`
 * @see Saguy et al., Small Methods 2024, doi 10.1002/smtd.202400672, code: CARE/simulate_LR.py
 * @throws {@link UnitError} for settings that no microscope can have
 */
export function degradePublished(plane: Plane, settings: PublishedDegradation, random: Random): Plane {
  const { wavelengthUm = 0.51, numericalAperture = 1.46, backgroundCells = 4 } = settings;
  const {
    poissonWeight = 1 / 20,
    gaussianWeight = 1 / 20,
    camera = { mean: 0.5, standardDeviation: 0.116 },
  } = settings;
  checkRange("degradation.pixelSizeUm", settings.pixelSizeUm, { min: 1e-4, unit: "µm" });
  checkRange("degradation.wavelengthUm", wavelengthUm, { min: 0.1, max: 10, unit: "µm" });
  checkRange("degradation.numericalAperture", numericalAperture, { min: 0.01, max: 2 });
  if (!(camera.standardDeviation >= 0))
    throw new UnitError({
      where: "degradation.camera.standardDeviation",
      expected: "0 or more",
      received: String(camera.standardDeviation),
    });
  const perlin = perlinNoise(plane.height, plane.width, { cells: backgroundCells, random: random.fork("background") });
  const light = publishedLight(plane, perlin, settings);
  const [counts, noise] = [random.fork("counts"), random.fork("camera")];
  return {
    ...light,
    data: light.data.map(
      (value) =>
        value +
        poissonWeight * counts.poisson(value + 0.5) +
        gaussianWeight * (camera.mean + camera.standardDeviation * noise.normal()),
    ),
  };
}
