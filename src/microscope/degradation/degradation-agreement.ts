import type { Plane } from "../../core/plane.ts";
import { powerSpectrum } from "../../image/power-spectrum.ts";
import { noiseLevel } from "../noise-level.ts";

/** Degraded images beside real low ones. */
export interface DegradationAgreement {
  /** Noise of the finest detail, degraded / real; 1 is right. */
  readonly noiseRatio: number;
  /** Root mean square difference of the logarithms of the mean power spectra, in decades; 0 is right. */
  readonly spectrumDecades: number;
}

const meanOf = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** How alike degraded and real low images are, whether or not they show the same fields; all of one size. */
export function degradationAgreement(degraded: readonly Plane[], low: readonly Plane[]): DegradationAgreement {
  const spectrum = (planes: readonly Plane[]) => {
    const powers = planes.map((plane) => powerSpectrum(plane).power);
    return powers[0]!.map((_, k) =>
      Math.log10(Math.max(1e-30, meanOf(Float64Array.from(powers, (power) => power[k]!)))),
    );
  };
  const noise = (planes: readonly Plane[]) => meanOf(Float64Array.from(planes, (plane) => noiseLevel(plane)));
  const [made, real] = [spectrum(degraded), spectrum(low)];
  return {
    noiseRatio: noise(degraded) / noise(low),
    spectrumDecades: Math.sqrt(meanOf(made.map((value, k) => (value - real[k]!) ** 2))),
  };
}

/** Correlation of horizontal neighbours in planes of noise, over the pixels that count. */
export function neighbourCorrelation(
  planes: readonly { readonly noise: Plane; readonly isIn: (pixel: number) => boolean }[],
): number {
  let [product, square, count, pairs] = [0, 0, 0, 0];
  for (const { noise, isIn } of planes)
    for (let i = 0; i + 1 < noise.data.length; i++) {
      if (!isIn(i)) continue;
      square += noise.data[i]! ** 2;
      count++;
      if ((i + 1) % noise.width === 0 || !isIn(i + 1)) continue;
      product += noise.data[i]! * noise.data[i + 1]!;
      pairs++;
    }
  return product / Math.max(1, pairs) / Math.max(1e-30, square / Math.max(1, count));
}
