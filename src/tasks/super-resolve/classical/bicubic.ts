import { emptyPlane, type Plane } from "../../../core/plane.ts";

/** Slope of the kernel at distance 1; −½ reproduces parabolas (Keys 1981) and is what Pillow uses. */
const A = -0.5;

/** Keys' kernel: 1 at 0, 0 at all other integers, nothing from 2 on. */
function keys(distance: number): number {
  const d = Math.abs(distance);
  if (d < 1) return ((A + 2) * d - (A + 3)) * d * d + 1;
  if (d < 2) return A * (((d - 5) * d + 8) * d - 4);
  return 0;
}

/**
 * Plane on a finer grid by cubic convolution, over the same field: pixel centres map by (i + ½) / scale − ½. Where the kernel reaches beyond the
 * border, its remaining weights are scaled to sum to 1.
 *
 * @param scale how many times more pixels along each side, a whole number
 * @returns `[H·scale, W·scale]`; equals Pillow's `resize(…, BICUBIC)` of float images
 * @see Keys, "Cubic convolution interpolation for digital image processing", IEEE Trans. ASSP 29, 1153 (1981)
 */
export function bicubicEnlargement(plane: Plane, scale: number): Plane {
  if (scale === 1) return { ...plane, data: plane.data.slice() };
  const columns = taps(plane.width, scale);
  const rows = taps(plane.height, scale);
  const across = emptyPlane(plane.height, plane.width * scale);
  for (let y = 0; y < plane.height; y++)
    for (let x = 0; x < across.width; x++)
      across.data[y * across.width + x] = columns[x]!.reduce(
        (sum, [place, weight]) => sum + weight * plane.data[y * plane.width + place]!,
        0,
      );
  const result = emptyPlane(plane.height * scale, across.width);
  for (let y = 0; y < result.height; y++)
    for (let x = 0; x < result.width; x++)
      result.data[y * result.width + x] = rows[y]!.reduce(
        (sum, [place, weight]) => sum + weight * across.data[place * across.width + x]!,
        0,
      );
  return result;
}

/** For every new pixel the old ones that make it, with weights that sum to 1. */
function taps(extent: number, scale: number): (readonly [place: number, weight: number])[][] {
  return Array.from({ length: extent * scale }, (_, i) => {
    const centre = (i + 0.5) / scale - 0.5;
    const places = Array.from({ length: 4 }, (_, k) => Math.floor(centre) - 1 + k).filter((p) => p >= 0 && p < extent);
    const total = places.reduce((sum, place) => sum + keys(place - centre), 0);
    return places.map((place) => [place, keys(place - centre) / total] as const);
  });
}
