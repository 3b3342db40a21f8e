import type { Plane } from "../../core/plane.ts";
import { gaussianBlur } from "../../image/gaussian-blur.ts";
import { resizePlane } from "../../image/resize-plane.ts";

/**
 * Gaussian blur that stays cheap when it is wide: beyond 5 px it works on a grid three times finer than the blur.
 *
 * Edges are reflected. Averaging and interpolating blur a little themselves; that is taken off `sigmaPx` (in quadrature).
 *
 * @returns `[H, W]`
 */
export function wideBlur(plane: Plane, sigmaPx: number): Plane {
  if (sigmaPx < 5) return gaussianBlur(plane, sigmaPx);
  const height = Math.max(1, Math.round((3 * plane.height) / sigmaPx));
  const width = Math.max(1, Math.round((3 * plane.width) / sigmaPx));
  const coarse = resizePlane(plane, height, width, { method: "area" });
  // In coarse pixels: σ ≈ 3, less the box (1/12) and the triangle (1/6) of the two changes of grid.
  const step = plane.height / height;
  const blurred = gaussianBlur(coarse, Math.sqrt(Math.max(0, (sigmaPx / step) ** 2 - 1 / 4)));
  return resizePlane(blurred, plane.height, plane.width, { method: "bilinear" });
}
