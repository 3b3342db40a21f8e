import type { Plane } from "../../core/plane.ts";

/** Error function; absolute error below 1.5e-7 (Abramowitz & Stegun 1964, 7.1.26), finer than float32 images show. */
export function errorFunction(x: number): number {
  const t = 1 / (1 + 0.3275911 * Math.abs(x));
  const series = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  const value = 1 - series * Math.exp(-x * x);
  return x < 0 ? -value : value;
}

/** How far a spot reaches, in standard deviations. */
const REACH = 4.5;

/** Share of a Gaussian in each pixel of an axis, from pixel `first` on. */
function shares(centre: number, sigma: number, length: number): { first: number; share: Float64Array } {
  if (sigma <= 0) {
    const pixel = Math.floor(centre);
    return pixel >= 0 && pixel < length
      ? { first: pixel, share: Float64Array.of(1) }
      : { first: 0, share: new Float64Array(0) };
  }
  const first = Math.max(0, Math.floor(centre - REACH * sigma));
  const last = Math.min(length - 1, Math.floor(centre + REACH * sigma));
  const share = new Float64Array(Math.max(0, last - first + 1));
  const scale = 1 / (sigma * Math.SQRT2);
  let below = errorFunction((first - centre) * scale);
  for (let i = 0; i < share.length; i++) {
    const above = errorFunction((first + i + 1 - centre) * scale);
    share[i] = (above - below) / 2;
    below = above;
  }
  return { first, share };
}

/**
 * Adds one Gaussian spot to a plane, integrated over the area of each pixel (in place).
 *
 * @param spot `x`, `y` in pixels from the outer edge of the first pixel (pixel i covers i … i + 1, its centre is i + ½);
 *   `weight` is the light of the whole spot, also of its part outside the plane; `sigmaPx` 0 puts all of it into one pixel
 */
export function addGaussianSpot(
  { data, height, width }: Plane,
  spot: { readonly x: number; readonly y: number; readonly sigmaPx: number; readonly weight: number },
): void {
  const across = shares(spot.x, spot.sigmaPx, width);
  const down = shares(spot.y, spot.sigmaPx, height);
  for (let j = 0; j < down.share.length; j++) {
    const light = spot.weight * down.share[j]!;
    const start = (down.first + j) * width + across.first;
    for (let i = 0; i < across.share.length; i++) data[start + i]! += light * across.share[i]!;
  }
}
