import type { Plane } from "../core/plane.ts";
import { cosineTransform } from "./cosine-transform.ts";

/** Transforms every row, then every column, in double precision. */
function transformed(plane: Plane, direction: "forward" | "inverse"): Plane {
  const { height, width } = plane;
  const values = Float64Array.from(plane.data);
  const rows = cosineTransform(width)[direction];
  for (let y = 0; y < height; y++) rows(values.subarray(y * width, (y + 1) * width));

  const columns = cosineTransform(height)[direction];
  const column = new Float64Array(height);
  const data = new Float32Array(height * width);
  for (let x = 0; x < width; x++) {
    for (let y = 0; y < height; y++) column[y] = values[y * width + x]!;
    columns(column);
    for (let y = 0; y < height; y++) data[y * width + x] = column[y]!;
  }
  return { data, height, width };
}

/**
 * Cosine coefficients of a plane: D_H x D_Wᵀ with the orthonormal DCT-II, so the energy stays the same.
 *
 * Coefficient `[v, u]` oscillates v / 2H times per pixel downwards and u / 2W times across. Any height and width; as
 * `scipy.fft.dctn(norm="ortho")`.
 */
export function dct2(plane: Plane): Plane {
  return transformed(plane, "forward");
}

/** Plane with these cosine coefficients, the inverse of {@link dct2}. */
export function idct2(coefficients: Plane): Plane {
  return transformed(coefficients, "inverse");
}
