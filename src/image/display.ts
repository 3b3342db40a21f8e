import type { Plane } from "../core/plane.ts";
import { percentile } from "./percentile.ts";
import type { RgbImage } from "./rgb-image.ts";

/** The values of a plane that are shown black and white. */
export interface Contrast {
  readonly black: number;
  readonly white: number;
}

/** Contrast in which microscopists usually look at such an image: percentiles 1 and 99.8 of its own values. */
export function contrastOf(plane: Plane): Contrast {
  return { black: percentile(plane, 1), white: percentile(plane, 99.8) };
}

/** A plane as a grey picture. For the eye alone: the stretched values mean nothing any more. */
export function display(plane: Plane, contrast: Contrast = contrastOf(plane)): RgbImage {
  const { data, height, width } = plane;
  const { black, white } = contrast;
  const range = white > black ? white - black : 1;
  const rgb = new Uint8Array(height * width * 3);
  for (let i = 0; i < data.length; i++) {
    const share = (data[i]! - black) / range;
    // Comparisons that NaN fails leave it black.
    const grey = share >= 1 ? 255 : share > 0 ? Math.round(255 * share) : 0;
    rgb.fill(grey, 3 * i, 3 * i + 3);
  }
  return { data: rgb, height, width };
}
