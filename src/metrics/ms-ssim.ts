import { ShapeError } from "../core/errors.ts";
import type { Plane } from "../core/plane.ts";
import { formatShape } from "../core/shape.ts";
import { requireSameSize } from "../image/require-same-size.ts";
import { type DataRange, requireDataRange } from "./data-range.ts";
import { gaussianWindow, localSimilarity } from "./local-similarity.ts";

/** Weight of each scale, finest first, as fitted to human judgement by Wang, Simoncelli & Bovik; as printed they sum to 1.0001. */
const wangWeights = [0.0448, 0.2856, 0.3001, 0.2363, 0.1333];

export interface MsSsimOptions extends DataRange {
  /** How many of the five scales; without it as many as hold a window of 11 pixels (all five from 176 pixels on). */
  readonly scales?: number;
  readonly k1?: number;
  readonly k2?: number;
}

/** The index with how it was made; with fewer than five scales it does not compare with published values. */
export interface MsSsim {
  /** 0 … 1. */
  readonly value: number;
  readonly scales: number;
  /** The weights that were used, finest scale first: with five scales those published, with fewer the rest brought to a sum of 1. */
  readonly weights: readonly number[];
}

/**
 * Structural similarity over several scales: Π (contrast-structure)^w at all scales but the coarsest, times (SSIM)^w there.
 *
 * Each scale is the mean of 2 × 2 pixels of the one before; an odd last row or column is left out. The window is Gaussian, σ = 1.5,
 * 11 pixels. Negative means count as 0, as in all common implementations, since their powers are not real.
 *
 * @throws {@link ShapeError} when the sizes differ, or the image is too small for the scales asked for
 * @throws {@link DataError} when the data range is not positive
 * @see Wang, Simoncelli & Bovik, "Multiscale structural similarity for image quality assessment", Asilomar 2003, equation 7
 */
export function msSsim(truth: Plane, image: Plane, options: MsSsimOptions): MsSsim {
  const { dataRange, k1 = 0.01, k2 = 0.03 } = options;
  requireDataRange("msSsim", options);
  requireSameSize("msSsim", truth, image);
  const window = gaussianWindow(1.5);
  const scales = scaleCount(truth, window.length, options.scales);
  const weights = weightsOf(scales);
  const comparison = { weights: window, sampleCovariance: false, c1: (k1 * dataRange) ** 2, c2: (k2 * dataRange) ** 2 };

  let [x, y] = [truth, image];
  let value = 1;
  weights.forEach((weight, scale) => {
    const { similarity, contrastStructure } = localSimilarity("msSsim", x, y, comparison);
    const coarsest = scale === scales - 1;
    value *= Math.max(0, coarsest ? similarity : contrastStructure) ** weight;
    if (!coarsest) [x, y] = [halved(x), halved(y)];
  });
  return { value, scales, weights };
}

function weightsOf(scales: number): readonly number[] {
  if (scales === wangWeights.length) return wangWeights;
  const finest = wangWeights.slice(0, scales);
  const total = finest.reduce((sum, weight) => sum + weight, 0);
  return finest.map((weight) => weight / total);
}

/** The scales that fit, or those asked for. */
function scaleCount({ height, width }: Plane, side: number, asked: number | undefined): number {
  const fitting = wangWeights.filter((_, scale) => Math.min(height, width) >> scale >= side).length;
  const scales = asked ?? fitting;
  if (scales >= 1 && scales <= fitting && Number.isInteger(scales)) return scales;
  const expected =
    asked === undefined || fitting === 0
      ? `an image of at least ${formatShape([side, side])} pixels`
      : `1 to ${fitting} scales for this image, whose coarsest must hold a window of ${side} pixels`;
  throw new ShapeError({
    where: "msSsim",
    expected,
    received: asked === undefined || fitting === 0 ? formatShape([height, width]) : `${asked}`,
    fix: "Ask for fewer scales, or score a larger field.",
  });
}

/** Mean of 2 × 2 pixels, `[⌊H/2⌋, ⌊W/2⌋]`. */
function halved({ data, width: oldWidth, height: oldHeight }: Plane): Plane {
  const [height, width] = [oldHeight >> 1, oldWidth >> 1];
  const half = new Float32Array(height * width);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const i = 2 * y * oldWidth + 2 * x;
      half[y * width + x] = (data[i]! + data[i + 1]! + data[i + oldWidth]! + data[i + oldWidth + 1]!) / 4;
    }
  return { data: half, height, width };
}
