import { UnitError } from "../../core/errors.ts";
import { emptyPlane, type Plane } from "../../core/plane.ts";
import { errorFunction } from "../psf/gaussian-spot.ts";
import type { Filament } from "./filament.ts";
import { type LabelSettings, labelledSigmaNm } from "./filament-emitters.ts";

/** Grid and staining of a rendered filament image. */
export interface RenderFilamentOptions extends Omit<LabelSettings, "labelsPerUm"> {
  readonly height: number;
  readonly width: number;
  readonly pixelSizeUm: number;
  /** Light per µm of filament; default 1. */
  readonly lightPerUm?: number;
  /** Standard deviation of the blur by which positions are known, or by a lens, in nm; default 0. */
  readonly blurNm?: number;
}

/**
 * Filaments as smooth lines: the image of endlessly many labels.
 *
 * Every straight piece is a line source blurred by a Gaussian, in closed form: across it the profile
 * e^(−d²/2σ²) / (σ √2π), along it [erf((t₁ − t) / σ√2) − erf((t₀ − t) / σ√2)] / 2. Pieces of a filament add up without seams.
 * σ² is the variance of the labels across the filament ({@link labelledSigmaNm}) plus that of the blur and of the pixel (1/12).
 *
 * @returns light per pixel, `[height, width]`; its sum is `lightPerUm` times the length inside
 */
export function renderFilaments(filaments: readonly Filament[], options: RenderFilamentOptions): Plane {
  const { height, width, pixelSizeUm, lightPerUm = 1, blurNm = 0 } = options;
  if (!(pixelSizeUm > 0))
    throw new UnitError({ where: "pixelSizeUm", expected: "a size above 0 µm", received: String(pixelSizeUm) });
  const plane = emptyPlane(height, width);
  const sigma = Math.sqrt((labelledSigmaNm(options) ** 2 + blurNm ** 2) / (1000 * pixelSizeUm) ** 2 + 1 / 12);
  const reach = 4 * sigma;
  const scale = 1 / (sigma * Math.SQRT2);
  const peak = (lightPerUm * pixelSizeUm) / (sigma * Math.sqrt(2 * Math.PI));
  for (const { pointsUm: p } of filaments)
    for (let i = 3; i < p.length; i += 3) {
      // Ends in pixels with centres at integers, as the plane is indexed.
      const x0 = p[i - 3]! / pixelSizeUm - 0.5;
      const y0 = p[i - 2]! / pixelSizeUm - 0.5;
      const dx = (p[i]! - p[i - 3]!) / pixelSizeUm;
      const dy = (p[i + 1]! - p[i - 2]!) / pixelSizeUm;
      const length = Math.hypot(dx, dy);
      if (length === 0) continue;
      const [tx, ty] = [dx / length, dy / length];
      // A piece that climbs is shorter from above but carries the light of its whole length.
      const light = peak * Math.hypot(1, (p[i + 2]! - p[i - 1]!) / pixelSizeUm / length);
      const [left, right] = [Math.min(x0, x0 + dx) - reach, Math.max(x0, x0 + dx) + reach];
      const [top, bottom] = [Math.min(y0, y0 + dy) - reach, Math.max(y0, y0 + dy) + reach];
      for (let y = Math.max(0, Math.ceil(top)); y <= Math.min(height - 1, bottom); y++)
        for (let x = Math.max(0, Math.ceil(left)); x <= Math.min(width - 1, right); x++) {
          const along = (x - x0) * tx + (y - y0) * ty;
          const across = (y - y0) * tx - (x - x0) * ty;
          const end = errorFunction((length - along) * scale) + errorFunction(along * scale);
          plane.data[y * width + x]! += light * Math.exp(-((across * scale) ** 2)) * (end / 2);
        }
    }
  return plane;
}
