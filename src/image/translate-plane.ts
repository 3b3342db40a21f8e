import type { Plane } from "../core/plane.ts";
import { fft2d, inverseFft2d } from "./fft2d.ts";
import type { Translation } from "./register-translation.ts";

/**
 * Plane whose content is moved by this many pixels, which need not be whole.
 *
 * The plane is continued by reflection (`a b c | c b a`), and the phases of its Fourier coefficients are turned. So nothing is
 * smoothed, as interpolation would, which matters where resolution is measured afterwards; sharp edges ring a little. What comes in at
 * the border is the reflection, not data: `alignedPair` cuts it off. Whole pixels move exactly, up to rounding.
 *
 * @returns `[H, W]`
 */
export function translatePlane({ data, height, width }: Plane, { dyPx, dxPx }: Translation): Plane {
  const [tall, wide] = [2 * height, 2 * width];
  const re = new Float64Array(tall * wide);
  for (let y = 0; y < tall; y++) {
    const row = (y < height ? y : tall - 1 - y) * width;
    for (let x = 0; x < wide; x++) re[y * wide + x] = data[row + (x < width ? x : wide - 1 - x)]!;
  }
  const spectrum = fft2d({ re, im: new Float64Array(tall * wide), height: tall, width: wide });
  // The highest coefficient of a reflected axis is zero, so its ambiguous sign does no harm.
  for (let y = 0, i = 0; y < tall; y++) {
    const down = ((y < height ? y : y - tall) * dyPx) / tall;
    for (let x = 0; x < wide; x++, i++) {
      const angle = -2 * Math.PI * (down + ((x < width ? x : x - wide) * dxPx) / wide);
      const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
      const [real, imaginary] = [spectrum.re[i]!, spectrum.im[i]!];
      spectrum.re[i] = real * cos - imaginary * sin;
      spectrum.im[i] = real * sin + imaginary * cos;
    }
  }
  const moved = inverseFft2d(spectrum);
  const result = new Float32Array(height * width);
  for (let y = 0; y < height; y++) result.set(moved.re.subarray(y * wide, y * wide + width), y * width);
  return { data: result, height, width };
}
