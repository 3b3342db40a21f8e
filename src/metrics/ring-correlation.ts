import type { Plane } from "../core/plane.ts";
import { fft2d } from "../image/fft2d.ts";
import { requireSameSize } from "../image/require-same-size.ts";
import { type ImageWindow, windowedImage } from "./image-window.ts";

/** Correlation of two images at each spatial frequency, whatever its direction. */
export interface RingCorrelation {
  /** Centre of each ring, `[K]`, up to ½. */
  readonly frequencyCyclesPerPx: Float64Array;
  /** Re Σ F G* / √(Σ|F|² Σ|G|²) over the ring, `[K]`, −1 … 1; 0 where either image has no power. */
  readonly correlation: Float64Array;
  /** Fourier coefficients on the ring, `[K]`; half of them are independent. */
  readonly samples: Float64Array;
}

/**
 * Correlation on rings one step of the shorter axis wide, K = ⌊min(H, W) / 2⌋ of them; the mean is left out.
 *
 * @throws {@link ShapeError} when the sizes differ
 */
export function ringCorrelation(where: string, first: Plane, second: Plane, window: ImageWindow): RingCorrelation {
  requireSameSize(where, first, second);
  const { height, width } = first;
  const side = Math.min(height, width);
  const rings = Math.floor(side / 2);
  const f = fft2d(windowedImage(first, window));
  const g = fft2d(windowedImage(second, window));
  const [common, powerF, powerG, samples] = [0, 1, 2, 3].map(() => new Float64Array(rings)) as Float64Array[];
  for (let y = 0, i = 0; y < height; y++) {
    const fy = (y <= height / 2 ? y : y - height) / height;
    for (let x = 0; x < width; x++, i++) {
      const fx = (x <= width / 2 ? x : x - width) / width;
      const ring = Math.round(Math.hypot(fy, fx) * side) - 1;
      if (ring < 0 || ring >= rings) continue;
      common![ring]! += f.re[i]! * g.re[i]! + f.im[i]! * g.im[i]!;
      powerF![ring]! += f.re[i]! ** 2 + f.im[i]! ** 2;
      powerG![ring]! += g.re[i]! ** 2 + g.im[i]! ** 2;
      samples![ring]! += 1;
    }
  }
  return {
    frequencyCyclesPerPx: Float64Array.from({ length: rings }, (_, k) => (k + 1) / side),
    correlation: common!.map((sum, k) => sum / (Math.sqrt(powerF![k]! * powerG![k]!) || Number.POSITIVE_INFINITY)),
    samples: samples!,
  };
}
