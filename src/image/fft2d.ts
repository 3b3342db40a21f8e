import type { Plane } from "../core/plane.ts";
import { fourierTransform } from "./fourier-transform.ts";

/** Complex numbers on a grid, row-major `[H, W]`, double precision. */
export interface ComplexPlane {
  readonly re: Float64Array;
  readonly im: Float64Array;
  readonly height: number;
  readonly width: number;
}

/** Transforms every row, then every column, of a copy. */
function transformed(plane: ComplexPlane, direction: "forward" | "inverse"): ComplexPlane {
  const { height, width } = plane;
  const re = plane.re.slice();
  const im = plane.im.slice();

  const rows = fourierTransform(width)[direction];
  for (let y = 0; y < height; y++)
    rows(re.subarray(y * width, (y + 1) * width), im.subarray(y * width, (y + 1) * width));

  const columns = fourierTransform(height)[direction];
  const columnRe = new Float64Array(height);
  const columnIm = new Float64Array(height);
  for (let x = 0; x < width; x++) {
    for (let y = 0; y < height; y++) {
      columnRe[y] = re[y * width + x]!;
      columnIm[y] = im[y * width + x]!;
    }
    columns(columnRe, columnIm);
    for (let y = 0; y < height; y++) {
      re[y * width + x] = columnRe[y]!;
      im[y * width + x] = columnIm[y]!;
    }
  }
  return { re, im, height, width };
}

/**
 * Two-dimensional discrete Fourier transform, any height and width.
 *
 * Unnormalised, zero frequency at `[0, 0]`, negative frequencies in the second half of each axis, as `numpy.fft.fft2`.
 */
export function fft2d(plane: Plane | ComplexPlane): ComplexPlane {
  if ("re" in plane) return transformed(plane, "forward");
  const { data, height, width } = plane;
  return transformed({ re: Float64Array.from(data), im: new Float64Array(data.length), height, width }, "forward");
}

/** Inverse of {@link fft2d}, divided by H · W, as `numpy.fft.ifft2`. */
export function inverseFft2d(spectrum: ComplexPlane): ComplexPlane {
  return transformed(spectrum, "inverse");
}
