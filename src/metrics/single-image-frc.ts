import type { Plane } from "../core/plane.ts";
import { type FourierRingCorrelation, type FrcOptions, resolutionOf } from "./fourier-ring-correlation.ts";
import { ringCorrelation } from "./ring-correlation.ts";

/** Crossings beyond this share of the parts' highest frequency are not calibrated. */
const HIGHEST_SHARE = 0.8;

export interface SingleImageFrcOptions extends FrcOptions {
  /**
   * `"koho"`: the resolution corrected as published, so that it agrees with that of two images. `"none"`: as the curve says; worse, since
   * the four parts lie half a coarse pixel beside each other and are sampled half as finely.
   */
  readonly calibration?: "koho" | "none";
}

/** The curve of a single image; frequencies are those of the whole image, so they end at ¼ cycle per pixel. */
export interface SingleImageFrc extends FourierRingCorrelation {
  readonly calibration: "koho" | "none";
  /** What the resolution read off the curve was multiplied by; 1 without calibration or resolution. */
  readonly calibrationFactor: number;
}

/**
 * Resolution of a single image by Fourier ring correlation of its own pixels: of every 2 × 2 pixels, each goes to one of four images, and
 * the two diagonal pairs are correlated and averaged.
 *
 * Only right where noise is independent from pixel to pixel: a deconvolved, interpolated, smoothed or network-made image correlates with
 * itself, and its number is then meaningless (decorrelation analysis suffers less). The calibration was made by its authors for a
 * Hamming window and the threshold 1/7, the defaults here. Detail finer than the parts can hold folds back onto them; where the curve
 * crosses beyond 0.8 of their highest frequency, which is a resolution below about four pixels, the result missed that of two images by
 * up to a half in our simulations, and none is given.
 *
 * @throws {@link UnitError} when the pixel size is not positive
 * @see Koho et al., Nat. Commun. 10, 3103 (2019); the constants are those of the authors' miplib, `calculate_single_image_frc`
 */
export function singleImageFrc(image: Plane, options: SingleImageFrcOptions): SingleImageFrc {
  const { calibration = "koho", window = "hamming", pixelSizeUm } = options;
  const where = "singleImageFrc";
  const main = ringCorrelation(where, quarter(image, 0, 0), quarter(image, 1, 1), window);
  const other = ringCorrelation(where, quarter(image, 0, 1), quarter(image, 1, 0), window);
  const curve = {
    frequencyCyclesPerPx: main.frequencyCyclesPerPx.map((frequency) => frequency / 2),
    correlation: main.correlation.map((value, k) => (value + other.correlation[k]!) / 2),
    samples: main.samples,
  };
  const result = resolutionOf(where, curve, options);
  const { resolutionUm } = result;
  if (resolutionUm === undefined || calibration === "none") return { ...result, calibration, calibrationFactor: 1 };
  const share = (4 * pixelSizeUm) / resolutionUm;
  if (share > HIGHEST_SHARE)
    return {
      ...result,
      resolutionUm: undefined,
      reason:
        "the image is sampled too coarsely to be split: finer than about four pixels the calibration does not hold",
      calibration,
      calibrationFactor: 1,
    };
  const calibrationFactor = kohoFactor(share);
  return { ...result, resolutionUm: resolutionUm * calibrationFactor, calibration, calibrationFactor };
}

/**
 * Calibrated over read resolution, by the crossing as a share of the parts' highest frequency. The authors divide 2 pixels / share by an
 * exponential; the parts' own pixels are twice as large, hence the ½.
 */
function kohoFactor(share: number): number {
  return 0.5 / (0.95988146 * Math.exp(13.90441896 * (share - 0.97979108)) + 0.55146136);
}

/** Every second pixel of every second row from (y0, x0), `[⌊H/2⌋, ⌊W/2⌋]`. */
function quarter({ data, height: oldHeight, width: oldWidth }: Plane, y0: number, x0: number): Plane {
  const [height, width] = [oldHeight >> 1, oldWidth >> 1];
  const part = Float32Array.from({ length: height * width }, (_, i) => {
    const [y, x] = [2 * Math.floor(i / width) + y0, 2 * (i % width) + x0];
    return data[y * oldWidth + x]!;
  });
  return { data: part, height, width };
}
