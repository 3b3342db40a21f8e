import { UnitError } from "../../core/errors.ts";
import { emptyPlane, type Plane } from "../../core/plane.ts";
import { besselJ0 } from "./bessel-j0.ts";
import { gaussLegendre } from "./gauss-legendre.ts";

/** What decides the sharpness of an ideal lens. */
export interface LensSettings {
  /** Sine of the half opening angle times the immersion index. */
  readonly numericalAperture: number;
  /** Refractive index between lens and specimen: 1 air, 1.33 water, 1.515 oil. */
  readonly immersionIndex: number;
  readonly emissionNm: number;
}

/** Where, and on which pixels, the point is seen. */
export interface WidefieldPsfOptions extends LensSettings {
  /** Edge of a pixel in the specimen plane. A coarse pixel is no error: light is integrated over its area. */
  readonly pixelSizeUm: number;
  /** Distance of the point from the focal plane; either sign gives the same picture. Default 0. */
  readonly defocusUm?: number;
  /** Pixels from the middle to the edge of the result; default keeps about 98 % of the light. */
  readonly radiusPx?: number;
}

/** Default results grow no larger than this; what lies beyond is spread over the rest by the normalisation. */
const LARGEST_DEFAULT_RADIUS_PX = 64;

/**
 * Insists on a lens that can exist.
 *
 * @throws {@link UnitError} when the aperture exceeds the index, or a quantity is not a positive number
 */
export function checkLens(where: string, lens: LensSettings): void {
  const { numericalAperture, immersionIndex, emissionNm } = lens;
  const positive = { numericalAperture, immersionIndex, emissionNm };
  for (const [name, value] of Object.entries(positive))
    if (!(value > 0) || !Number.isFinite(value))
      throw new UnitError({ where: `${where}.${name}`, expected: "a positive number", received: String(value) });
  if (numericalAperture > immersionIndex)
    throw new UnitError({
      where: `${where}.numericalAperture`,
      expected: `at most immersionIndex ${immersionIndex}`,
      received: String(numericalAperture),
      fix: `Use ≤ ${immersionIndex}, or set immersionIndex (1 air, 1.33 water, 1.515 oil).`,
    });
  if (emissionNm < 200 || emissionNm > 2000)
    throw new UnitError({
      where: `${where}.emissionNm`,
      expected: "a wavelength from 200 to 2000 nm",
      received: `${emissionNm} nm`,
      fix: "Give the emission wavelength in nanometres, such as 461 for Hoechst and DAPI.",
    });
}

/** Radius of the first dark ring of a point in focus, 0.61 λ / NA, in µm: the Rayleigh limit of resolution. */
export function resolutionUm({ numericalAperture, emissionNm }: LensSettings): number {
  return (0.6098 * emissionNm) / 1000 / numericalAperture;
}

/**
 * Intensity of the image of a point at a distance from its centre, scaled to 1 at the centre in focus.
 *
 * I(r, z) = | 2 ∫₀¹ J₀(2π NA r ρ / λ) exp(2πi z √(n² − NA²ρ²) / λ) ρ dρ |², which in focus is the Airy pattern
 * (2 J₁(v) / v)².
 */
function radialIntensity(lens: LensSettings, defocusUm: number, farthestUm: number): (radiusUm: number) => number {
  const { numericalAperture, immersionIndex, emissionNm } = lens;
  const wavelengthUm = emissionNm / 1000;
  const k = (2 * Math.PI) / wavelengthUm;
  const phaseAt = (s: number) => k * defocusUm * Math.sqrt(immersionIndex ** 2 - numericalAperture ** 2 * s);
  // Gauss–Legendre needs a little over π nodes for every turn of J₀ and of the defocus phase.
  const turns = (k * numericalAperture * farthestUm + Math.abs(phaseAt(0) - phaseAt(1))) / (2 * Math.PI);
  const { nodes, weights } = gaussLegendre(Math.ceil(12 + 4 * turns));
  const real = nodes.map((rho, j) => 2 * rho * weights[j]! * Math.cos(phaseAt(rho * rho)));
  const imaginary = nodes.map((rho, j) => 2 * rho * weights[j]! * Math.sin(phaseAt(rho * rho)));

  const step = (0.025 * wavelengthUm) / numericalAperture;
  const table = Array.from({ length: Math.ceil(farthestUm / step) + 2 }, (_, i) => {
    let re = 0;
    let im = 0;
    for (let j = 0; j < nodes.length; j++) {
      const wave = besselJ0(k * numericalAperture * nodes[j]! * i * step);
      re += wave * real[j]!;
      im += wave * imaginary[j]!;
    }
    return re * re + im * im;
  });
  return (radiusUm) => {
    const position = radiusUm / step;
    const i = Math.min(Math.floor(position), table.length - 2);
    return table[i]! + (table[i + 1]! - table[i]!) * (position - i);
  };
}

/**
 * Point-spread function of an ideal widefield lens, in focus or out of it.
 *
 * Scalar diffraction at a uniformly filled circular pupil with the exact (not paraxial) defocus phase; light is integrated over the
 * area of each pixel. Left out on purpose: polarisation, aberrations of a wrong cover glass (Gibson & Lanni), the illumination.
 *
 * @returns sums to 1, centre at the middle pixel, `[2R+1, 2R+1]`
 * @throws {@link UnitError} for a lens that cannot exist, or a pixel that is not positive
 * @see Born & Wolf, Principles of Optics, 7th ed., 8.5.2 and 8.8.1
 * @example
 * const psf = widefieldPsf({ numericalAperture: 0.75, immersionIndex: 1, emissionNm: 461, pixelSizeUm: 0.32 });
 */
export function widefieldPsf(options: WidefieldPsfOptions): Plane {
  const { numericalAperture, immersionIndex, emissionNm, pixelSizeUm, defocusUm = 0 } = options;
  checkLens("psf", options);
  if (!(pixelSizeUm > 0) || !Number.isFinite(defocusUm))
    throw new UnitError({
      where: pixelSizeUm > 0 ? "psf.defocusUm" : "psf.pixelSizeUm",
      expected: pixelSizeUm > 0 ? "a finite number" : "a positive number",
      received: String(pixelSizeUm > 0 ? defocusUm : pixelSizeUm),
    });

  const unitUm = emissionNm / 1000 / numericalAperture;
  const slope = numericalAperture / Math.sqrt(Math.max(immersionIndex ** 2 - numericalAperture ** 2, 0.04));
  const spreadPx = Math.ceil((8 * unitUm + Math.abs(defocusUm) * slope) / pixelSizeUm);
  const radius = options.radiusPx ?? Math.min(LARGEST_DEFAULT_RADIUS_PX, Math.max(2, spreadPx));
  const intensity = radialIntensity(options, defocusUm, (radius + 1) * Math.SQRT2 * pixelSizeUm);

  const size = 2 * radius + 1;
  const psf = emptyPlane(size, size);
  const parts = Math.max(3, Math.ceil((8 * pixelSizeUm) / unitUm));
  const offsets = Array.from({ length: parts }, (_, i) => (i + 0.5) / parts - 0.5);
  const integral = (dy: number, dx: number) => {
    let sum = 0;
    for (const oy of offsets) for (const ox of offsets) sum += intensity(Math.hypot(dy + oy, dx + ox) * pixelSizeUm);
    return sum;
  };
  // One octant is enough: the pattern is round.
  let total = 0;
  for (let dy = 0; dy <= radius; dy++)
    for (let dx = dy; dx <= radius; dx++) {
      const value = integral(dy, dx);
      for (const [y, x] of [
        [dy, dx],
        [dx, dy],
      ] as const)
        for (const row of new Set([radius + y, radius - y]))
          for (const column of new Set([radius + x, radius - x])) {
            if (psf.data[row * size + column] === 0) total += value;
            psf.data[row * size + column] = value;
          }
    }
  for (let i = 0; i < psf.data.length; i++) psf.data[i]! /= total;
  return psf;
}
