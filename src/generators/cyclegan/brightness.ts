import type { Plane } from "../../core/plane.ts";
import { gaussianBlur } from "../../image/gaussian-blur.ts";
import { requireSameSize } from "../../image/require-same-size.ts";

/**
 * Whose coarse brightness a generated image has: the generator's (`"generated"`, as published), or that of the simulator's image of the same mask, on
 * which the generator's detail is laid (`"simulated"`).
 *
 * A mask does not say how bright a nucleus is, and a generator has no dice: left alone it makes all of an image about equally bright, where real
 * ones differ (`metrics/brightness-spread.ts`).
 */
export type BrightnessSource = "generated" | "simulated";

/** Standard deviation of the blur that parts coarse brightness from detail: a tenth of a canonical nucleus. */
const COARSE_SIGMA_PX = 2;

/**
 * The detail of one image on the coarse brightness of another: `blur(coarse) + drawn − blur(drawn)`, cut to 0…1.
 *
 * @param coarse canonical plane, `[H, W]`
 * @param drawn canonical plane, `[H, W]`
 * @throws {@link ShapeError} when they differ in size
 */
export function detailOn(coarse: Plane, drawn: Plane): Plane {
  requireSameSize("detailOn", coarse, drawn);
  const difference = { ...drawn, data: coarse.data.map((value, i) => value - drawn.data[i]!) };
  const correction = gaussianBlur(difference, COARSE_SIGMA_PX).data; // a blur of the difference is the difference of both blurs
  return { ...drawn, data: drawn.data.map((value, i) => Math.min(1, Math.max(0, value + correction[i]!))) };
}
