import type { Plane } from "../../src/core/plane.ts";
import type { Random } from "../../src/core/random.ts";
import { fft2d, inverseFft2d } from "../../src/image/fft2d.ts";

/**
 * The same power at every frequency, but lines, edges and dots dissolved into clouds: wrong texture of the right grain.
 *
 * To the phase of each frequency is added `amount` times that of white noise, which is odd in frequency as the phases of a real image are.
 *
 * @param amount 0 leaves the image as it is, 1 makes all phases random
 */
export function phaseScrambled(plane: Plane, amount: number, random: Random): Plane {
  const { height, width } = plane;
  const spectrum = fft2d(plane);
  const noise = fft2d({ height, width, data: Float32Array.from(plane.data, () => random.normal()) });
  for (let i = 1; i < noise.re.length; i++) {
    const angle = amount * Math.atan2(noise.im[i]!, noise.re[i]!);
    const [re, im] = [spectrum.re[i]!, spectrum.im[i]!];
    spectrum.re[i] = re * Math.cos(angle) - im * Math.sin(angle);
    spectrum.im[i] = re * Math.sin(angle) + im * Math.cos(angle);
  }
  return { height, width, data: Float32Array.from(inverseFft2d(spectrum).re) };
}
