import type { Plane } from "../core/plane.ts";
import { fft2d } from "./fft2d.ts";

/** Mean power at each spatial frequency, whatever its direction. */
export interface PowerSpectrum {
  /** Centre of each ring, `[K]`, up to ½. */
  readonly frequencyCyclesPerPx: Float64Array;
  /** Mean power on the ring, `[K]`, in squared units of the plane: white noise of variance σ² gives σ² everywhere. */
  readonly power: Float64Array;
}

/** Weight of each pixel of an axis; a periodic Hann window. */
function hann(length: number): Float64Array {
  return Float64Array.from({ length }, (_, i) => Math.sin((Math.PI * (i + 0.5)) / length) ** 2);
}

/**
 * Radially averaged power spectrum.
 *
 * The mean is subtracted first. The Hann window keeps the jump between opposite borders from leaking into all frequencies; its
 * loss of power is corrected. Rings are one step of the shorter axis wide, K = ⌊min(H, W) / 2⌋; ring k holds the frequencies
 * nearest to k / min(H, W), k = 1 … K.
 *
 * @param options.window `"none"` for images that are periodic by construction
 */
export function powerSpectrum(plane: Plane, { window = "hann" }: { window?: "hann" | "none" } = {}): PowerSpectrum {
  const { height, width } = plane;
  const side = Math.min(height, width);
  const rings = Math.floor(side / 2);
  const mean = plane.data.reduce((sum, value) => sum + value, 0) / plane.data.length;
  const down = window === "hann" ? hann(height) : new Float64Array(height).fill(1);
  const across = window === "hann" ? hann(width) : new Float64Array(width).fill(1);

  const re = new Float64Array(height * width);
  let windowEnergy = 0;
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      const weight = down[y]! * across[x]!;
      re[i] = weight * (plane.data[i]! - mean);
      windowEnergy += weight * weight;
    }
  }

  const spectrum = fft2d({ re, im: new Float64Array(height * width), height, width });
  const power = new Float64Array(rings);
  const counts = new Float64Array(rings);
  for (let y = 0, i = 0; y < height; y++) {
    const fy = (y <= height / 2 ? y : y - height) / height;
    for (let x = 0; x < width; x++, i++) {
      const fx = (x <= width / 2 ? x : x - width) / width;
      const ring = Math.round(Math.hypot(fy, fx) * side);
      if (ring < 1 || ring > rings) continue;
      power[ring - 1] = power[ring - 1]! + (spectrum.re[i]! ** 2 + spectrum.im[i]! ** 2) / windowEnergy;
      counts[ring - 1] = counts[ring - 1]! + 1;
    }
  }
  return {
    frequencyCyclesPerPx: Float64Array.from(power, (_, k) => (k + 1) / side),
    power: power.map((sum, k) => sum / Math.max(1, counts[k]!)),
  };
}
